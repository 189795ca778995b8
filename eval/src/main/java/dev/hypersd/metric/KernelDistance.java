package dev.hypersd.metric;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

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
        return Engine.infer(() -> between(Matrix.of(x), Matrix.of(y)));
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
        return Engine.infer(() -> {
            Tensor allX = Matrix.of(x);
            Tensor allY = Matrix.of(y);
            return of(IntStream.range(0, subsets)
                    .mapToDouble(i ->
                            TensorScope.released(() -> between(choose(allX, most, random), choose(allY, most, random))))
                    .toArray());
        });
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

    private static Tensor choose(Tensor all, int count, SplittableRandom random) {
        long[] order = LongStream.range(0, all.size(0)).toArray();
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(order.length - i);
            long kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return all.index_select(0, Tensors.of(Arrays.copyOf(order, count), count));
    }

    private static double between(Tensor x, Tensor y) {
        return within(x) + within(y) - 2 * kernel(x, y).mean().item_double();
    }

    /** Returns the mean over pairs of different vectors. */
    private static double within(Tensor x) {
        Tensor kernel = kernel(x, x);
        double others = kernel.sum().sub(kernel.trace()).item_double();
        return others / (x.size(0) * (x.size(0) - 1.0));
    }

    private static Tensor kernel(Tensor x, Tensor y) {
        Tensor base = x.mm(y.t()).div_(new Scalar((double) x.size(1))).add_(new Scalar(1.0));
        return base.pow(new Scalar(3.0));
    }
}
