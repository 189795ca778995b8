package dev.hypersd.metric;

/** The standard normal distribution. */
final class Normal {
    private static final int BISECTIONS = 80;
    private static final double FARTHEST = 10;

    private Normal() {}

    static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /**
     * Returns the probability of a value below {@code x}: by the series of Marsaglia (2004) near 0 and by the continued
     * fraction of Laplace farther out, both to about 1e-15.
     */
    static double cumulative(double x) {
        if (Math.abs(x) > 5) {
            double tail = tail(Math.abs(x));
            return x < 0 ? tail : 1 - tail;
        }
        double term = x;
        double sum = x;
        for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && i < 400; i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * density(x);
    }

    private static double tail(double x) {
        double fraction = x;
        for (int i = 100; i > 0; i--) {
            fraction = x + i / fraction;
        }
        return density(x) / fraction;
    }

    /** Returns the quantile: a random value is below it with {@code probability}. */
    static double quantile(double probability) {
        double low = -FARTHEST;
        double high = FARTHEST;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (cumulative(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
