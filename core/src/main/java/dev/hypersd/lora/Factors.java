package dev.hypersd.lora;

import dev.hypersd.nn.LowRank;
import dev.hypersd.nn.Parameter;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained low-rank change of one parameter: {@code alpha / rank * up * down}. A DoRA (Liu et al., 2024) also
 * normalises the rows of the changed weight to magnitudes.
 *
 * @param target the weight, {@code [out, in]} or {@code [out, in, k, k]}
 * @param down {@code [rank, in]} or {@code [rank, in, k, k]}
 * @param up {@code [out, rank]} or {@code [out, rank, 1, 1]}
 * @param magnitudes for a DoRA, the norm of each row of the changed weight, {@code [out]}
 */
public record Factors(Parameter target, Tensor down, Tensor up, double alpha, Optional<Tensor> magnitudes) {
    /** Creates the factors of an ordinary LoRA. */
    public Factors(Parameter target, Tensor down, Tensor up, double alpha) {
        this(target, down, up, alpha, Optional.empty());
    }

    /** Returns the product as a layer adds it. */
    public LowRank change() {
        return new LowRank(down, up, scale());
    }

    /** Returns the factor of the product, alpha / rank. */
    public double scale() {
        return alpha / down.size(0);
    }
}
