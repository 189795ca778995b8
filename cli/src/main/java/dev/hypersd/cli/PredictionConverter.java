package dev.hypersd.cli;

import dev.hypersd.schedule.PredictionType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code epsilon}, {@code v} or {@code sample}. */
final class PredictionConverter implements ITypeConverter<PredictionType> {
    @Override
    public PredictionType convert(String text) {
        return switch (text) {
            case "epsilon" -> PredictionType.EPSILON;
            case "v", "v_prediction" -> PredictionType.V_PREDICTION;
            case "sample" -> PredictionType.SAMPLE;
            default ->
                throw new TypeConversionException("there is no prediction \"" + text + "\": epsilon, v or sample");
        };
    }
}
