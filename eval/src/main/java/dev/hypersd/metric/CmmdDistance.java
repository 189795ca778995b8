package dev.hypersd.metric;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The squared maximum mean discrepancy of two sets of features under a Gaussian kernel: CMMD (Jayasumana et al., 2024),
 * where the features are CLIP's embeddings of pictures. The estimate counts pairs of a vector with itself, so it is
 * never below 0, and 0 for equal sets.
 */
public final class CmmdDistance {
    private static final double SIGMA = 10;

    /** The factor of the published distances. */
    private static final double SCALE = 1000;

    /** The number of vectors of the first set that are compared at once, which bounds the memory. */
    private static final long ROWS = 1024;

    private CmmdDistance() {}

    /**
     * Computes the distance in double precision.
     *
     * @param x at least one vector
     * @param y at least one vector, of the same dimension
     */
    public static double between(List<double[]> x, List<double[]> y) {
        return Engine.infer(() -> {
            Tensor first = Matrix.of(x);
            Tensor second = Matrix.of(y);
            return SCALE * (mean(first, first) + mean(second, second) - 2 * mean(first, second));
        });
    }

    /** Returns the mean of the kernel over all pairs. */
    private static double mean(Tensor x, Tensor y) {
        double sum = 0;
        for (long from = 0; from < x.size(0); from += ROWS) {
            Tensor rows = x.narrow(0, from, Math.min(ROWS, x.size(0) - from));
            sum += TensorScope.released(() -> kernel(rows, y).sum().item_double());
        }
        return sum / ((double) x.size(0) * y.size(0));
    }

    /** Returns {@code exp(-|a - b|^2 / (2 sigma^2))} of each pair. */
    private static Tensor kernel(Tensor x, Tensor y) {
        Tensor squares = x.mm(y.t()).mul_(new Scalar(-2.0)).add_(norms(x)).add_(norms(y).t());
        return squares.mul_(new Scalar(-1 / (2 * SIGMA * SIGMA))).exp_();
    }

    /** Returns the squared lengths of the rows, {@code [N, 1]}. */
    private static Tensor norms(Tensor rows) {
        return rows.square().sum(1).unsqueeze(1);
    }
}
