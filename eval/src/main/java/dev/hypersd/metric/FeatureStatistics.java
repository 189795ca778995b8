package dev.hypersd.metric;

import java.util.List;

/** The mean and the covariance of feature vectors, in double precision. Immutable. */
public final class FeatureStatistics {
    private final double[] mean;
    private final double[] covariance;

    private FeatureStatistics(double[] mean, double[] covariance) {
        this.mean = mean;
        this.covariance = covariance;
    }

    /**
     * Computes the statistics of {@code vectors}.
     *
     * @throws IllegalArgumentException if there are fewer than two, whose covariance is not defined
     */
    public static FeatureStatistics of(List<double[]> vectors) {
        if (vectors.size() < 2) {
            throw new IllegalArgumentException(
                    "the covariance of %d feature vectors is not defined".formatted(vectors.size()));
        }
        return FeatureMoments.of(vectors).statistics();
    }

    /**
     * Returns statistics that were computed elsewhere.
     *
     * @param covariance row by row, as many rows and columns as {@code mean} has numbers
     */
    public static FeatureStatistics of(double[] mean, double... covariance) {
        if (mean.length == 0 || covariance.length != (long) mean.length * mean.length) {
            throw new IllegalArgumentException("a mean of %d dimensions does not belong to a covariance of %d numbers"
                    .formatted(mean.length, covariance.length));
        }
        return new FeatureStatistics(mean.clone(), covariance.clone());
    }

    /** Returns the dimension of the vectors. */
    public int dimension() {
        return mean.length;
    }

    /** Returns the mean of each dimension. */
    public double[] mean() {
        return mean.clone();
    }

    /** Returns the sample covariance, row by row: symmetric, divided by the number of vectors less 1. */
    public double[] covariance() {
        return covariance.clone();
    }
}
