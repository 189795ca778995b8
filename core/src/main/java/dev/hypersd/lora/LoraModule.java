package dev.hypersd.lora;

import dev.hypersd.tensor.Shapes;
import dev.hypersd.weights.StoredTensor;

/**
 * What a file says of one module. Nothing is known yet of a network that would have it.
 *
 * @param name the module as the file spells it
 * @param down the factor that is applied first, {@code [rank, in]} or {@code [rank, in, k, k]}
 * @param up the factor that is applied second, {@code [out, rank]} or {@code [out, rank, 1, 1]}
 * @param alpha the strength that the module was trained with, finite; equal to the rank where the file does not tell
 */
public record LoraModule(String name, StoredTensor down, StoredTensor up, double alpha) {
    /** The number of directions in which the weight is changed, at least 1. */
    public long rank() {
        return down.shape()[0];
    }

    /** How many numbers the weight consists of that this changes. */
    public long weightCount() {
        return up.shape()[0] * (Shapes.count(down.shape()) / rank());
    }

    /** What the product of the factors is multiplied with: alpha / rank. */
    public double scale() {
        return alpha / rank();
    }
}
