package dev.hypersd.cli;

import dev.hypersd.request.LoraReference;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/** Parses a reference to a LoRA, or {@code none} for no LoRA, not even the one that comes with a model. */
final class LoraConverter implements ITypeConverter<Optional<LoraReference>> {
    private static final String NONE = "none";

    @Override
    public Optional<LoraReference> convert(String value) {
        return value.equals(NONE)
                ? Optional.empty()
                : Optional.of(PictureOptions.converted(() -> LoraReference.parse(value)));
    }
}
