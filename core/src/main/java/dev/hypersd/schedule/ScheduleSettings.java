package dev.hypersd.schedule;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.JsonObject;
import java.util.List;

/**
 * The settings of a noise schedule: the part of scheduler_config.json that belongs to the model, not to the sampler.
 *
 * @param trainTimesteps the number of timesteps that the network was trained with, at least 2
 * @param betaSchedule the growth of the noise variance; ignored where {@code trainedBetas} are given
 * @param betaStart the noise variance of the first timestep, in (0, 1)
 * @param betaEnd the noise variance of the last timestep, in (0, 1)
 * @param trainedBetas the noise variance of each timestep, or empty
 * @param prediction what the network predicts
 * @param zeroTerminalSnr whether the last timestep is moved to pure noise (Lin et al., 2024, algorithm 1)
 */
public record ScheduleSettings(
        int trainTimesteps,
        BetaSchedule betaSchedule,
        double betaStart,
        double betaEnd,
        List<Double> trainedBetas,
        PredictionType prediction,
        boolean zeroTerminalSnr) {
    /** The settings of Stable Diffusion 1.5 and SDXL. */
    public static final ScheduleSettings STABLE_DIFFUSION = new ScheduleSettings(
            1000, BetaSchedule.SCALED_LINEAR, 0.00085, 0.012, List.of(), PredictionType.EPSILON, false);

    /**
     * Refuses numbers that do not make a schedule.
     *
     * @throws InvalidRequestException which names the number
     */
    public ScheduleSettings {
        trainedBetas = List.copyOf(trainedBetas);
        if (trainTimesteps < 2) {
            throw new InvalidRequestException("a noise schedule needs at least 2 timesteps, not " + trainTimesteps);
        }
        if (!trainedBetas.isEmpty() && trainedBetas.size() != trainTimesteps) {
            throw new InvalidRequestException("a noise schedule of %d timesteps cannot have %d trained betas"
                    .formatted(trainTimesteps, trainedBetas.size()));
        }
        checkBeta("beta_start", betaStart);
        checkBeta("beta_end", betaEnd);
        trainedBetas.forEach(beta -> checkBeta("every trained beta", beta));
    }

    /**
     * Returns the settings in a scheduler_config.json, with diffusers' values for absent keys.
     *
     * @throws InvalidFileException if a value is invalid; the message names file, key and value
     */
    public static ScheduleSettings from(JsonObject config) {
        try {
            return new ScheduleSettings(
                    config.integer("num_train_timesteps", 1000),
                    config.choice(
                            "beta_schedule", BetaSchedule.LINEAR, List.of(BetaSchedule.values()), BetaSchedule::text),
                    config.number("beta_start", 0.0001),
                    config.number("beta_end", 0.02),
                    config.numbers("trained_betas", List.of()),
                    config.choice(
                            "prediction_type",
                            PredictionType.EPSILON,
                            List.of(PredictionType.values()),
                            PredictionType::text),
                    config.flag("rescale_betas_zero_snr", false));
        } catch (InvalidRequestException e) {
            throw new InvalidFileException(config.file(), "describes no noise schedule: " + e.getMessage(), e);
        }
    }

    /** Returns these settings for a network with another prediction type. */
    public ScheduleSettings withPrediction(PredictionType other) {
        return new ScheduleSettings(
                trainTimesteps, betaSchedule, betaStart, betaEnd, trainedBetas, other, zeroTerminalSnr);
    }

    private static void checkBeta(String name, double beta) {
        if (!(beta > 0 && beta < 1)) {
            throw new InvalidRequestException(name + " must lie between 0 and 1, not " + beta);
        }
    }
}
