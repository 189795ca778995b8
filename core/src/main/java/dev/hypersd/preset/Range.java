package dev.hypersd.preset;

import java.math.BigDecimal;

/**
 * What values are right.
 *
 * @param least the smallest right value
 * @param most the largest right value, not below {@code least}
 */
public record Range(double least, double most) {
    /** Returns one value. */
    public static Range only(double value) {
        return new Range(value, value);
    }

    /** Returns whether {@code value} is right. */
    public boolean contains(double value) {
        return value >= least && value <= most;
    }

    /** {@code 4}, or {@code 5 to 8}. */
    @Override
    public String toString() {
        return least == most ? number(least) : number(least) + " to " + number(most);
    }

    static String number(double value) {
        return new BigDecimal(String.valueOf(value)).stripTrailingZeros().toPlainString();
    }
}
