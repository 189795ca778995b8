package dev.hypersd.training;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** Orthogonalises matrices: the nearest matrices with equal singular values. */
final class Orthogonal {
    private static final int ITERATIONS = 5;
    private static final double TINY = 1e-7;

    private Orthogonal() {}

    /**
     * Computes {@code U Vᵀ} of every {@code x = U S Vᵀ} approximately: singular values are between 0.7 and 1.2. It
     * uses five Newton-Schulz iterations with the quintic polynomial of Jordan et al. (2024), Muon. All of them commute
     * with {@code x xᵀ}, so they are computed on that small matrix, and {@code x} is multiplied once.
     *
     * @param x {@code [K, M, N]}
     */
    static Tensor of(Tensor x) {
        return x.size(1) > x.size(2) ? transposed(wide(transposed(x))) : wide(x);
    }

    private static Tensor wide(Tensor x) {
        Tensor size = x.square()
                .sum(new long[] {1, 2}, true, new ScalarTypeOptional())
                .sqrt_();
        Tensor normalised = x.div(size.add_(new Scalar(TINY)));
        Tensor gram = normalised.bmm(transposed(normalised));
        Tensor whole = polynomial(gram);
        Tensor factor = whole;
        for (int i = 1; i < ITERATIONS; i++) {
            gram = factor.bmm(gram).bmm(factor);
            factor = polynomial(gram);
            whole = factor.bmm(whole);
        }
        return whole.bmm(normalised);
    }

    /** Computes {@code 3.4445 - 4.7750 gram + 2.0315 gram²}. */
    private static Tensor polynomial(Tensor gram) {
        Tensor result = gram.baddbmm(gram, gram, new Scalar(-4.7750), new Scalar(2.0315));
        result.diagonal(0, 1, 2).add_(new Scalar(3.4445));
        return result;
    }

    private static Tensor transposed(Tensor x) {
        return x.transpose(1, 2);
    }
}
