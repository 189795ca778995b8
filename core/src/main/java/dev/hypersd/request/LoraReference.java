package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.OptionalDouble;

/**
 * A LoRA by name, and how strongly it counts.
 *
 * @param name a file, or a name that a {@link NameResolver} knows
 * @param weight 1 as trained, 0 not at all; absent means 1, or the weight that the options beneath give to the same
 *     LoRA
 */
public record LoraReference(String name, OptionalDouble weight) {
    public LoraReference {
        if (name.isEmpty()) {
            throw new InvalidRequestException("a LoRA has an empty name; name its file");
        }
        if (weight.isPresent() && !Double.isFinite(weight.getAsDouble())) {
            throw new InvalidRequestException(
                    "the weight of LoRA " + name + " must be a number, not " + weight.getAsDouble());
        }
    }

    /** Returns a LoRA of which nothing is said but the name. */
    public static LoraReference of(String name) {
        return new LoraReference(name, OptionalDouble.empty());
    }

    /** Returns a LoRA with a weight. */
    public static LoraReference of(String name, double weight) {
        return new LoraReference(name, OptionalDouble.of(weight));
    }

    /**
     * Returns the reference that a text says: {@code FILE[:WEIGHT]}, or a JSON object with {@code name} and {@code
     * weight}.
     *
     * @throws InvalidRequestException if it says none
     */
    public static LoraReference parse(String text) {
        return References.LORA.item(text);
    }
}
