package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.PredictionType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a prediction type: {@code epsilon}, {@code v} or {@code sample}. */
final class PredictionConverter implements ITypeConverter<PredictionType> {
    @Override
    public PredictionType convert(String text) {
        try {
            return PredictionType.named(text);
        } catch (InvalidRequestException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
