package dev.hypersd.study;

/**
 * An interval that contains the true value in 95 of 100 studies (95% confidence interval).
 *
 * @param low the lower end
 * @param high the upper end
 */
public record Interval(double low, double high) {
    /** The 97.5 % quantile of the standard normal distribution. */
    static final double QUANTILE = 1.959963984540054;

    /** Returns the interval around {@code value}, whose standard error is {@code error}. */
    static Interval around(double value, double error) {
        return new Interval(value - QUANTILE * error, value + QUANTILE * error);
    }

    /**
     * Returns the interval of a share by its score test (Wilson, 1927). It lies within 0 to 1, and is right for small
     * numbers of votes too.
     *
     * @param share the share that was found, 0 to 1
     * @param votes the number of independent votes, more than 0
     */
    static Interval wilson(double share, double votes) {
        double squared = QUANTILE * QUANTILE / votes;
        double middle = (share + squared / 2) / (1 + squared);
        double half = Math.sqrt(squared * share * (1 - share) + squared * squared / 4) / (1 + squared);
        return new Interval(Math.max(0, middle - half), Math.min(1, middle + half));
    }
}
