package dev.hypersd.cli;

import java.nio.file.Path;
import java.util.OptionalDouble;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The value of {@code --lora}: a file, and after a last colon its weight.
 *
 * @param file the LoRA file
 * @param weight how strongly it applies; absent means the preset's scale, or 1
 */
record LoraOption(Path file, OptionalDouble weight) {
    /** Says that no LoRA is wanted, not even the one that comes with a model. */
    static final LoraOption NONE = new LoraOption(Path.of("none"), OptionalDouble.empty());

    /** Reads {@code FILE[:WEIGHT]}, or {@code none}; a colon that no number follows belongs to the file name, as in {@code C:\style.safetensors}. */
    static final class Converter implements ITypeConverter<LoraOption> {
        @Override
        public LoraOption convert(String value) {
            int colon = value.lastIndexOf(':');
            if (colon < 0 || value.substring(colon).contains(".safetensors") || value.indexOf('\\', colon) >= 0) {
                return new LoraOption(Path.of(value), OptionalDouble.empty());
            }
            try {
                double weight = Double.parseDouble(value.substring(colon + 1));
                if (Double.isFinite(weight)) {
                    return new LoraOption(Path.of(value.substring(0, colon)), OptionalDouble.of(weight));
                }
            } catch (NumberFormatException e) {
                // Said below, together with the values that are numbers and no weights.
            }
            throw new TypeConversionException("\"" + value.substring(colon + 1)
                    + "\" is not a weight; write FILE or FILE:WEIGHT, for example style.safetensors:0.8");
        }
    }
}
