package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.weights.StoredTensor;
import java.util.Optional;

/**
 * What a file says of one module. Nothing is known yet of a network that would have it.
 *
 * @param name the module as the file spells it
 * @param delta how its weight changes
 * @param alpha the strength that the module was trained with, finite; equal to the rank where the file does not tell
 * @param magnitude of a DoRA: the norm of each row or of each input channel of the changed weight
 */
public record LoraModule(String name, Delta delta, double alpha, Optional<StoredTensor> magnitude) {
    /** The number of directions in which the weight is changed, at least 1. */
    public long rank() {
        return delta.rank();
    }

    /** How many numbers the weight consists of that this changes. */
    public long weightCount() {
        return delta.weightCount();
    }

    /** What the change is multiplied with: alpha / rank. */
    public double scale() {
        return alpha / rank();
    }

    /**
     * The two factors of an ordinary LoRA.
     *
     * @throws InvalidFileException if the module is of another kind, which no LoRA is made of
     */
    public Delta.Product product() {
        if (magnitude.isEmpty() && delta instanceof Delta.Product product) {
            return product;
        }
        throw new InvalidFileException(
                delta.tensors().getFirst().file(),
                "is a %s: %s changes its weight by more than a product of two factors, so no other LoRA can be made of it; it can be drawn with and merged into a model"
                        .formatted(kind(), name));
    }

    /** What adapters of its kind are called. */
    public String kind() {
        return magnitude.isPresent()
                ? "DoRA"
                : switch (delta) {
                    case Delta.Product p -> "LoRA";
                    case Delta.Hadamard h -> "LoHa";
                    case Delta.Kronecker k -> "LoKr";
                };
    }
}
