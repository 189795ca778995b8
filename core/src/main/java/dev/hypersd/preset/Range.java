package dev.hypersd.preset;

import java.math.BigDecimal;

/**
 * A range of valid values.
 *
 * @param least the smallest valid value
 * @param most the largest valid value, not below {@code least}
 */
public record Range(double least, double most) {
    /** Returns the range of one value. */
    public static Range only(double value) {
        return new Range(value, value);
    }

    /** Returns whether {@code value} is in the range. */
    public boolean contains(double value) {
        return value >= least && value <= most;
    }

    /** Returns {@code 4}, or {@code 5 to 8}. */
    @Override
    public String toString() {
        return least == most ? number(least) : number(least) + " to " + number(most);
    }

    static String number(double value) {
        return new BigDecimal(String.valueOf(value)).stripTrailingZeros().toPlainString();
    }
}
