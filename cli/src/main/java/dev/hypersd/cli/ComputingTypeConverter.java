package dev.hypersd.cli;

import dev.hypersd.tensor.Dtype;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the name of the type to compute with, in any letter case; int8 stands for I8. */
final class ComputingTypeConverter implements ITypeConverter<Dtype> {
    @Override
    public Dtype convert(String value) {
        Optional<Dtype> named = switch (value.toLowerCase(Locale.ROOT)) {
            case "f32" -> Optional.of(Dtype.F32);
            case "bf16" -> Optional.of(Dtype.BF16);
            case "f16" -> Optional.of(Dtype.F16);
            case "int8" -> Optional.of(Dtype.I8);
            default -> Optional.empty();
        };
        return named.orElseThrow(() -> new TypeConversionException(
                "\"" + value + "\" is not a type in which networks compute; write f32, bf16, f16 or int8"));
    }
}
