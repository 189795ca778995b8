package dev.hypersd.metric;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The squared maximum mean discrepancy of two sets of features under the kernel {@code (x.y / d + 1)^3}: KID (Binkowski
 * et al., 2018). Its estimate is unbiased for any number of pictures, so it may fall below 0.
 *
 * @param mean the mean over subsets
 * @param deviation the standard deviation over subsets, of the population
 */
public record KernelDistance(double mean, double deviation) {
    /**
     * Returns the estimate from all features of both sets.
     *
     * @param x at least two vectors
     * @param y at least two vectors, of the same dimension
     */
    public static double between(List<double[]> x, List<double[]> y) {
        if (x.size() < 2 || y.size() < 2) {
            throw new IllegalArgumentException(
                    "a distance takes at least 2 feature vectors each, not %d and %d".formatted(x.size(), y.size()));
        }
        return within(x) + within(y) - 2 * across(x, y);
    }

    /**
     * Returns the mean and the deviation over random subsets, each drawn without replacement; deterministic by seed.
     *
     * @param subsets the number of subsets
     * @param size the number of vectors of each set in a subset; all of the smaller set if it has fewer
     */
    public static KernelDistance overSubsets(List<double[]> x, List<double[]> y, int subsets, int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int most = Math.min(size, Math.min(x.size(), y.size()));
        return of(IntStream.range(0, subsets)
                .mapToDouble(i -> between(choose(x, most, random), choose(y, most, random)))
                .toArray());
    }

    /** Returns the mean and the deviation of the distances of subsets. */
    static KernelDistance of(double[] distances) {
        double mean = Arrays.stream(distances).average().orElseThrow();
        double variance = Arrays.stream(distances)
                .map(d -> (d - mean) * (d - mean))
                .average()
                .orElseThrow();
        return new KernelDistance(mean, Math.sqrt(variance));
    }

    private static List<double[]> choose(List<double[]> all, int count, SplittableRandom random) {
        int[] order = IntStream.range(0, all.size()).toArray();
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(order.length - i);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return Arrays.stream(order, 0, count).mapToObj(all::get).toList();
    }

    /** Returns the mean over pairs of different vectors. */
    private static double within(List<double[]> x) {
        double sum = 0;
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < i; j++) {
                sum += 2 * kernel(x.get(i), x.get(j));
            }
        }
        return sum / ((double) x.size() * (x.size() - 1));
    }

    private static double across(List<double[]> x, List<double[]> y) {
        double sum = 0;
        for (double[] a : x) {
            for (double[] b : y) {
                sum += kernel(a, b);
            }
        }
        return sum / ((double) x.size() * y.size());
    }

    private static double kernel(double[] x, double[] y) {
        double product = 0;
        for (int i = 0; i < x.length; i++) {
            product += x[i] * y[i];
        }
        double base = product / x.length + 1;
        return base * base * base;
    }
}
