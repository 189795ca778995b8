package dev.hypersd.cli;

import dev.hypersd.request.EmbeddingReference;
import dev.hypersd.request.LoraReference;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the values of options whose types picocli does not know. */
final class Converters {
    private Converters() {}

    /** Parses a reference to a LoRA, or {@code none} for no LoRA, not even the one that comes with a model. */
    static final class Lora implements ITypeConverter<Optional<LoraReference>> {
        private static final String NONE = "none";

        @Override
        public Optional<LoraReference> convert(String value) {
            return value.equals(NONE)
                    ? Optional.empty()
                    : Optional.of(PictureOptions.converted(() -> LoraReference.parse(value)));
        }
    }

    /** Parses a reference to an embedding. */
    static final class Embedding implements ITypeConverter<EmbeddingReference> {
        @Override
        public EmbeddingReference convert(String value) {
            return PictureOptions.converted(() -> EmbeddingReference.parse(value));
        }
    }

    /** Parses a prediction type: {@code epsilon}, {@code v} or {@code sample}. */
    static final class Prediction implements ITypeConverter<PredictionType> {
        @Override
        public PredictionType convert(String value) {
            return PictureOptions.converted(() -> PredictionType.named(value));
        }
    }

    /** Parses the type in which a file stores weights, in any letter case. */
    static final class StoredType implements ITypeConverter<Dtype> {
        @Override
        public Dtype convert(String value) {
            return type(value, "f32", "bf16", "f16");
        }
    }

    /** Parses the type in which networks compute, in any letter case; {@code auto} is the fastest on this machine. */
    static final class ComputingType implements ITypeConverter<Dtype> {
        private static final String AUTO = "auto";

        @Override
        public Dtype convert(String value) {
            return value.equalsIgnoreCase(AUTO)
                    ? Engine.fastestDtype()
                    : type(value, AUTO, "f32", "bf16", "f16", "int8");
        }
    }

    private static Dtype type(String value, String... names) {
        String name = value.toLowerCase(Locale.ROOT);
        if (!Arrays.asList(names).contains(name)) {
            throw new TypeConversionException(
                    "\"%s\" is not a known type; write one of %s".formatted(value, String.join(", ", names)));
        }
        return name.equals("int8")
                ? Dtype.I8
                : Dtype.ofName(name.toUpperCase(Locale.ROOT)).orElseThrow();
    }
}
