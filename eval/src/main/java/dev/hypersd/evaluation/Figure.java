package dev.hypersd.evaluation;

import java.util.Locale;

/**
 * A figure that an evaluation measures.
 *
 * @param title the title of its row or column, which is also its name in files
 * @param digits the number of decimal places in reports
 * @param better the direction in which it is better
 * @param isDetail whether it is only in the report on a single model, and not in comparisons
 */
public record Figure(String title, int digits, Better better, boolean isDetail) {
    /** The direction of improvement. */
    public enum Better {
        HIGHER,
        LOWER,
        /** Neither a higher nor a lower value is better. */
        NEITHER
    }

    static Figure of(String title, int digits, Better better) {
        return new Figure(title, digits, better, false);
    }

    Figure asDetail() {
        return new Figure(title, digits, better, true);
    }

    /** Returns {@code value} with its decimal places. */
    String format(double value) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** Returns the difference {@code value} with its sign and decimal places. */
    String formatDifference(double value) {
        return String.format(Locale.ROOT, "%+." + digits + "f", value);
    }
}
