package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Multiplier;
import java.util.OptionalDouble;

/**
 * A LoRA by name, and its weight.
 *
 * @param name a file, or a name that a {@link NameResolver} resolves
 * @param weight 1 as trained, 0 without effect; if empty, 1, or the weight of the same LoRA in the options beneath
 */
public record LoraReference(String name, OptionalDouble weight) {
    public LoraReference {
        if (name.isEmpty()) {
            throw new InvalidRequestException("a LoRA has an empty name; name its file");
        }
        weight.ifPresent(value -> Multiplier.check("the weight of LoRA " + name, value));
    }

    /** Creates a reference without a weight. */
    public static LoraReference of(String name) {
        return new LoraReference(name, OptionalDouble.empty());
    }

    /** Creates a reference with a weight. */
    public static LoraReference of(String name, double weight) {
        return new LoraReference(name, OptionalDouble.of(weight));
    }

    /**
     * Parses a reference: {@code FILE[:WEIGHT]}, or a JSON object with {@code name} and {@code weight}.
     *
     * @throws InvalidRequestException if it is neither
     */
    public static LoraReference parse(String text) {
        return References.LORA.item(text);
    }
}
