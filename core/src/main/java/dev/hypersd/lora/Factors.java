package dev.hypersd.lora;

import dev.hypersd.nn.LowRank;
import dev.hypersd.nn.Parameter;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained low-rank change of one parameter: {@code alpha / rank * up * down}.
 *
 * @param target the weight, {@code [out, in]} or {@code [out, in, k, k]}
 * @param down {@code [rank, in]} or {@code [rank, in, k, k]}
 * @param up {@code [out, rank]} or {@code [out, rank, 1, 1]}
 */
public record Factors(Parameter target, Tensor down, Tensor up, double alpha) {
    /** Returns the change as a layer applies it. */
    public LowRank change() {
        return new LowRank(down, up, scale());
    }

    /** Returns the factor of the product, alpha / rank. */
    public double scale() {
        return alpha / down.size(0);
    }
}
