package dev.hypersd.checkpoint;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.weights.SafetensorsFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The noise schedule that a checkpoint states for its U-Net, in empty tensors called {@code v_pred} and {@code ztsnr}
 * or in its metadata ({@code modelspec.prediction_type}, and entries that trainers write).
 *
 * @param prediction what the network predicts; empty where the file does not state it
 * @param zeroTerminalSnr whether the last timestep is stated to be pure noise
 */
public record StatedSchedule(Optional<PredictionType> prediction, boolean zeroTerminalSnr) {
    /** The metadata key of the prediction type. */
    public static final String PREDICTION = "modelspec.prediction_type";

    /** The metadata key whose value {@code True} states that the last timestep is pure noise. */
    public static final String ZERO_TERMINAL_SNR = "ss_zero_terminal_snr";

    private static final String V_PREDICTION = "ss_v_parameterization";

    /**
     * Tensors in the files of models that are trained with the noise levels of Karras et al. (2022), which are not
     * supported.
     */
    private static final List<String> OTHER_SCHEDULES = List.of("edm_mean", "edm_std", "edm_vpred.sigma_max");

    /**
     * Reads the stated schedule.
     *
     * @throws InvalidFileException if the file states a schedule that is not supported
     */
    static StatedSchedule of(SafetensorsFile file) {
        Set<String> names = file.names();
        OTHER_SCHEDULES.stream().filter(names::contains).findFirst().ifPresent(mark -> {
            throw new InvalidFileException(
                    file.file(),
                    "holds " + mark + ": it was trained with noise levels of EDM, which are not supported");
        });
        Map<String, String> metadata = file.metadata();
        Optional<PredictionType> prediction = names.contains("v_pred")
                ? Optional.of(PredictionType.V_PREDICTION)
                : Optional.ofNullable(metadata.get(PREDICTION))
                        .map(text -> prediction(file, text))
                        .or(() -> isTrue(metadata, V_PREDICTION)
                                ? Optional.of(PredictionType.V_PREDICTION)
                                : Optional.empty());
        return new StatedSchedule(prediction, names.contains("ztsnr") || isTrue(metadata, ZERO_TERMINAL_SNR));
    }

    private static boolean isTrue(Map<String, String> metadata, String key) {
        return Boolean.parseBoolean(metadata.getOrDefault(key, ""));
    }

    private static PredictionType prediction(SafetensorsFile file, String text) {
        try {
            return PredictionType.named(text);
        } catch (InvalidRequestException e) {
            throw new InvalidFileException(
                    file.file(), "says %s \"%s\"; epsilon, v and sample are supported".formatted(PREDICTION, text), e);
        }
    }
}
