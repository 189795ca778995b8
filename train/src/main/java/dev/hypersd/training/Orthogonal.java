package dev.hypersd.training;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The nearest matrix with equal singular values: what is left of a gradient when only its directions count. */
final class Orthogonal {
    private static final int ITERATIONS = 5;
    private static final double TINY = 1e-7;

    private Orthogonal() {}

    /**
     * {@code U Vᵀ} of {@code x = U S Vᵀ}, roughly: singular values come out between 0.7 and 1.2. Five Newton-Schulz iterations with
     * the quintic polynomial of Jordan et al. (2024), Muon. All of them commute with {@code x xᵀ}, so they are done on that small
     * matrix, and {@code x} is multiplied once.
     *
     * @param x {@code [M, N]}
     */
    static Tensor of(Tensor x) {
        return x.size(0) > x.size(1) ? wide(x.t()).t() : wide(x);
    }

    private static Tensor wide(Tensor x) {
        Tensor normalised = x.div(x.norm().add(new Scalar(TINY)));
        Tensor gram = normalised.mm(normalised.t());
        Tensor whole = polynomial(gram);
        Tensor factor = whole;
        for (int i = 1; i < ITERATIONS; i++) {
            gram = factor.mm(gram).mm(factor);
            factor = polynomial(gram);
            whole = factor.mm(whole);
        }
        return whole.mm(normalised);
    }

    /** {@code 3.4445 - 4.7750 gram + 2.0315 gram²}. */
    private static Tensor polynomial(Tensor gram) {
        Tensor result = gram.mul(new Scalar(-4.7750)).addmm_(gram, gram, new Scalar(1), new Scalar(2.0315));
        result.diagonal().add_(new Scalar(3.4445));
        return result;
    }
}
