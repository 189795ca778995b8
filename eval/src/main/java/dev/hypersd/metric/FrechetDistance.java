package dev.hypersd.metric;

import dev.hypersd.tensor.Engine;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The Fréchet distance between two sets of features that are treated as normally distributed: FID (Heusel et al.,
 * 2017), where the features are those of pictures. Computed in double precision.
 *
 * <p>The covariance of {@code n} vectors has at most the rank {@code n - 1}. With no more vectors than dimensions it is
 * singular, and the distance of two such sets of the same distribution is far above 0: it can only be compared with
 * distances of sets of the same size.
 */
public final class FrechetDistance {
    private FrechetDistance() {}

    /**
     * Returns {@code |m1 - m2|^2 + tr(S1) + tr(S2) - 2 tr((S1 S2)^(1/2))}, never below 0. The last trace is computed as
     * that of {@code (R S2 R)^(1/2)} with {@code R = S1^(1/2)}, whose matrix is symmetric, so that it exists for
     * singular covariances too.
     *
     * @throws IllegalArgumentException if the features have different dimensions
     */
    public static double between(FeatureStatistics a, FeatureStatistics b) {
        if (a.dimension() != b.dimension()) {
            throw new IllegalArgumentException(
                    "features of %d and of %d dimensions cannot be compared".formatted(a.dimension(), b.dimension()));
        }
        return Engine.infer(() -> {
            Tensor first = Matrix.square(a.covariance(), a.dimension());
            Tensor second = Matrix.square(b.covariance(), b.dimension());
            Tensor root = root(first);
            double common = eigenvalues(root.mm(second).mm(root)).sqrt().sum().item_double();
            double spread = first.trace().item_double() + second.trace().item_double();
            return Math.max(0, squaredDistance(a.mean(), b.mean()) + spread - 2 * common);
        });
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    private static Tensor root(Tensor symmetric) {
        T_TensorTensor_T decomposed = torch.linalg_eigh(symmetric);
        Tensor vectors = decomposed.get1();
        return vectors.mul(nonNegative(decomposed.get0()).sqrt()).mm(vectors.t());
    }

    private static Tensor eigenvalues(Tensor symmetric) {
        Tensor exactly = symmetric.add(symmetric.t()).mul(new Scalar(0.5));
        return nonNegative(torch.linalg_eigh(exactly).get0());
    }

    /** Replaces negative eigenvalues of covariances, which result from rounding, by 0. */
    private static Tensor nonNegative(Tensor eigenvalues) {
        return eigenvalues.clamp_min(new Scalar(0.0));
    }
}
