package dev.hypersd.metric;

import dev.hypersd.tensor.Engine;
import java.io.Serializable;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The number of feature vectors, their mean, and the sums of products of their differences from it, in double
 * precision: what mean and covariance are made of, and what can be merged where the vectors lie on several machines.
 * The arrays are not copied and must not be changed.
 *
 * @param count the number of vectors, at least 1
 * @param mean the mean of each of the {@code D} dimensions
 * @param products the sums of {@code (x_i - mean_i) (x_j - mean_j)}, {@code D} rows of {@code D}
 */
public record FeatureMoments(long count, double[] mean, double[] products) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The number of vectors that are in memory as a matrix at a time. */
    private static final int BLOCK = 1024;

    /**
     * Computes the moments of {@code vectors}.
     *
     * @throws IllegalArgumentException if there is none, or if they have different dimensions
     */
    public static FeatureMoments of(List<double[]> vectors) {
        if (vectors.isEmpty()) {
            throw new IllegalArgumentException("no feature vector has no mean");
        }
        FeatureMoments all = block(vectors.subList(0, Math.min(BLOCK, vectors.size())));
        for (int first = BLOCK; first < vectors.size(); first += BLOCK) {
            all = all.plus(block(vectors.subList(first, Math.min(first + BLOCK, vectors.size()))));
        }
        return all;
    }

    /** The mean is subtracted first, so no precision is lost where it is far from 0. */
    private static FeatureMoments block(List<double[]> vectors) {
        return Engine.infer(() -> {
            Tensor rows = Matrix.of(vectors);
            Tensor mean = rows.mean(0);
            Tensor centred = rows.sub_(mean);
            Tensor products = centred.t().mm(centred);
            return new FeatureMoments(vectors.size(), Matrix.values(mean), Matrix.values(products));
        });
    }

    /**
     * Returns the moments of both sets of vectors together (Chan, Golub and LeVeque, 1979). Only differences of means
     * are multiplied, so nothing large cancels out.
     *
     * @throws IllegalArgumentException if the dimensions differ
     */
    public FeatureMoments plus(FeatureMoments other) {
        int dimension = mean.length;
        if (other.mean.length != dimension) {
            throw new IllegalArgumentException(
                    "features of %d dimensions do not belong to those of %d".formatted(other.mean.length, dimension));
        }
        long total = count + other.count;
        double share = (double) other.count / total;
        double[] delta = new double[dimension];
        double[] merged = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            delta[i] = other.mean[i] - mean[i];
            merged[i] = mean[i] + share * delta[i];
        }
        double[] sums = new double[products.length];
        for (int i = 0; i < dimension; i++) {
            double factor = count * share * delta[i];
            for (int j = 0; j < dimension; j++) {
                int at = i * dimension + j;
                sums[at] = products[at] + other.products[at] + factor * delta[j];
            }
        }
        return new FeatureMoments(total, merged, sums);
    }

    /**
     * Returns the mean and the covariance.
     *
     * @throws IllegalArgumentException if there is a single vector, whose covariance is not defined
     */
    public FeatureStatistics statistics() {
        if (count < 2) {
            throw new IllegalArgumentException("the covariance of %d feature vectors is not defined".formatted(count));
        }
        double[] covariance = new double[products.length];
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] = products[i] / (count - 1.0);
        }
        return FeatureStatistics.of(mean, covariance);
    }
}
