package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.weights.StoredTensor;
import java.util.Optional;

/**
 * The change of one parameter of a module, as a LoRA file tells it. Whether a network has such a module is not known
 * yet.
 *
 * @param name the module as the file spells it
 * @param part the parameter that changes
 * @param delta how it changes
 * @param alpha the strength that the module was trained with, finite; equal to the rank where the file does not tell
 * @param magnitude of a DoRA: the norm of each row or of each input channel of the changed weight
 */
public record LoraModule(String name, Part part, Delta delta, double alpha, Optional<StoredTensor> magnitude) {
    /** The parameters that a module may have. */
    public enum Part {
        WEIGHT,
        BIAS
    }

    /** What messages call the parameter: the weight by the name of its module. */
    public String parameter() {
        return part == Part.WEIGHT ? name : name + ", bias";
    }

    /** Returns whether the change is stored in full, so that ranks and alphas say nothing. */
    public boolean isFull() {
        return delta instanceof Delta.Full;
    }

    /** Returns the number of directions in which the weight is changed, at least 1. */
    public long rank() {
        return delta.rank();
    }

    /** Returns the number of elements of the weight that this changes. */
    public long weightCount() {
        return delta.weightCount();
    }

    /** Returns the factor of the change: alpha / rank. */
    public double scale() {
        return alpha / rank();
    }

    /**
     * Returns the two factors of an ordinary LoRA.
     *
     * @throws InvalidFileException if the module is of another kind, which no LoRA is made of
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

    /** Returns the name of its kind of adapters. */
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
