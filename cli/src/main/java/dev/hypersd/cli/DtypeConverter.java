package dev.hypersd.cli;

import dev.hypersd.tensor.Dtype;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the name of an element type in which networks compute, in any letter case. */
final class DtypeConverter implements ITypeConverter<Dtype> {
    private static final List<Dtype> TYPES = List.of(Dtype.F32, Dtype.BF16, Dtype.F16);

    @Override
    public Dtype convert(String value) {
        Optional<Dtype> named = Dtype.ofName(value.toUpperCase(Locale.ROOT));
        return named.filter(TYPES::contains)
                .orElseThrow(() -> new TypeConversionException(
                        "\"" + value + "\" is not a type in which networks compute; write f32, bf16 or f16"));
    }
}
