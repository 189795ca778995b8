package dev.hypersd.metric;

/**
 * The mean and the covariance of feature vectors, updated one vector at a time (Welford, 1962): no vector is kept, and
 * precision is kept where the mean is far from 0. Not safe to share between threads.
 */
public final class FeatureStatistics {
    private final double[] mean;
    private final double[] scatter;
    private long count;

    /**
     * Creates empty statistics.
     *
     * @param dimension of the vectors, at least 1
     */
    public FeatureStatistics(int dimension) {
        if (dimension < 1) {
            throw new IllegalArgumentException("features have at least 1 dimension, not " + dimension);
        }
        this.mean = new double[dimension];
        this.scatter = new double[dimension * dimension];
    }

    /** Computes the statistics of {@code vectors}, at least one. */
    public static FeatureStatistics of(Iterable<double[]> vectors) {
        FeatureStatistics statistics = new FeatureStatistics(vectors.iterator().next().length);
        vectors.forEach(statistics::add);
        return statistics;
    }

    /** Adds a vector. */
    public void add(double[] vector) {
        if (vector.length != mean.length) {
            throw new IllegalArgumentException(
                    "features of %d dimensions do not belong to those of %d".formatted(vector.length, mean.length));
        }
        count++;
        double[] before = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            before[i] = vector[i] - mean[i];
            mean[i] += before[i] / count;
        }
        for (int i = 0; i < mean.length; i++) {
            double after = vector[i] - mean[i];
            for (int j = 0; j < mean.length; j++) {
                scatter[i * mean.length + j] += after * before[j];
            }
        }
    }

    /** Returns the number of vectors. */
    public long count() {
        return count;
    }

    /** Returns the dimension of the vectors. */
    public int dimension() {
        return mean.length;
    }

    /** Returns the mean of each dimension. */
    public double[] mean() {
        return mean.clone();
    }

    /**
     * Returns the sample covariance, row by row: symmetric, divided by {@code count - 1}.
     *
     * @throws IllegalStateException if fewer than two vectors were counted
     */
    public double[] covariance() {
        if (count < 2) {
            throw new IllegalStateException("the covariance of %d feature vectors is not defined".formatted(count));
        }
        int n = mean.length;
        double[] covariance = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                covariance[i * n + j] = (scatter[i * n + j] + scatter[j * n + i]) / (2 * (count - 1));
            }
        }
        return covariance;
    }
}
