package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.weights.StoredTensor;
import java.util.Optional;

/**
 * The change of one parameter of a module, as a LoRA file stores it, before it is fitted to a network.
 *
 * @param name the name of the module in the spelling of the file
 * @param part the changed parameter
 * @param delta the change
 * @param alpha the alpha that the module was trained with, finite; equal to the rank where the file has none
 * @param magnitude for a DoRA, the norm of each row or of each input channel of the changed weight
 */
public record LoraModule(String name, Part part, Delta delta, double alpha, Optional<StoredTensor> magnitude) {
    /** The parameters that a module may have. */
    public enum Part {
        WEIGHT,
        BIAS
    }

    /** Returns the name of the parameter for messages: for a weight, the name of its module. */
    public String parameter() {
        return part == Part.WEIGHT ? name : name + ", bias";
    }

    /** Returns whether the change is stored in full, so that rank and alpha have no meaning. */
    public boolean isFull() {
        return delta instanceof Delta.Full;
    }

    /** Returns the rank of the change, at least 1. */
    public long rank() {
        return delta.rank();
    }

    /** Returns the number of elements of the changed weight. */
    public long weightCount() {
        return delta.weightCount();
    }

    /** Returns the factor of the change, alpha / rank. */
    public double scale() {
        return alpha / rank();
    }

    /**
     * Returns the two factors of an ordinary LoRA.
     *
     * @throws InvalidFileException if the module is of another kind of adapter
     */
    public Delta.Product product() {
        if (part == Part.WEIGHT && magnitude.isEmpty() && delta instanceof Delta.Product product) {
            return product;
        }
        throw new InvalidFileException(
                delta.tensors().getFirst().file(),
                ("holds a %s: %s changes its weight by more than a product of two factors, so no other LoRA can be "
                                + "made of it; it can be drawn with and merged into a model")
                        .formatted(kind(), name));
    }

    /** Returns the name of the kind of adapter. */
    public String kind() {
        return magnitude.isPresent()
                ? "DoRA"
                : switch (delta) {
                    case Delta.Product p -> "LoRA";
                    case Delta.Tucker t -> "LoCon with a core";
                    case Delta.Full f when part == Part.BIAS -> "bias";
                    case Delta.Full f when f.whole().shape().length == 1 -> "norm";
                    case Delta.Full f -> "full difference";
                    case Delta.Hadamard h -> "LoHa";
                    case Delta.Kronecker k -> "LoKr";
                };
    }
}
