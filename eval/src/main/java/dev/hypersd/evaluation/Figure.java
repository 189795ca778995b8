package dev.hypersd.evaluation;

import java.util.Locale;

/**
 * Something that an evaluation measures, as reports print it.
 *
 * @param title of its row or column, by which files know it
 * @param digits the decimal places that it is printed with
 * @param better which of two values is the better one
 * @param isDetail whether it stands in the long report of one model only, and not in comparisons
 */
public record Figure(String title, int digits, Better better, boolean isDetail) {
    /** The direction of improvement. */
    public enum Better {
        HIGHER,
        LOWER,
        /** Neither is better. */
        NEITHER
    }

    static Figure of(String title, int digits, Better better) {
        return new Figure(title, digits, better, false);
    }

    Figure asDetail() {
        return new Figure(title, digits, better, true);
    }

    /** Returns {@code value} as it is printed. */
    String format(double value) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** Returns {@code value} as a difference is printed, with its sign. */
    String formatDifference(double value) {
        return String.format(Locale.ROOT, "%+." + digits + "f", value);
    }
}
