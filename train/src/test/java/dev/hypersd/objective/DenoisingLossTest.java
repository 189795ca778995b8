package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.json.Json;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Losses;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DenoisingLossTest {
    private static final double GREATEST = 5;

    /** Clean: a signal-to-noise ratio of 146. Noisy: of 0.09. */
    private static final int CLEAN = 50;

    private static final int NOISY = 700;

    @ParameterizedTest
    @EnumSource
    void whatTheScheduleSaysIsToBePredicted(PredictionType prediction) {
        NoiseSchedule schedule = schedule(prediction);
        double loss = Engine.infer(() -> {
            Tensor latents = numbers(1, 2);
            Tensor noise = numbers(-3, 1);
            NoiseLevel level = schedule.level(NOISY);
            Tensor perfect = switch (prediction) {
                case EPSILON -> noise;
                case V_PREDICTION -> Tensors.combine(level.alpha(), noise, -level.sigma(), latents);
                case SAMPLE -> latents;
            };
            return weighted(new DenoisingLoss(schedule, GREATEST).of(perfect, latents, noise, NOISY, NOISY));
        });
        assertThat(loss).isCloseTo(0, within(1e-12));
    }

    /** In the units of the clean latents, an error of one counts min(SNR, 5) whatever is predicted. */
    @ParameterizedTest
    @CsvSource({"EPSILON,50", "EPSILON,700", "V_PREDICTION,50", "V_PREDICTION,700", "SAMPLE,50", "SAMPLE,700"})
    void cleanNoiseLevelsCountLess(PredictionType prediction, int timestep) {
        NoiseSchedule schedule = schedule(prediction);
        NoiseLevel level = schedule.level(timestep);
        double ratio = Math.pow(level.alpha() / level.sigma(), 2);
        double perUnit = Math.pow(prediction.x0(level).second(), 2);

        assertThat(lossOfAnErrorOfOne(schedule, GREATEST, timestep))
                .isCloseTo(Math.min(ratio, GREATEST) * perUnit, within(1e-5));
    }

    @ParameterizedTest
    @EnumSource
    void withoutAGreatestRatioAllCountTheSame(PredictionType prediction) {
        NoiseSchedule schedule = schedule(prediction);

        assertThat(lossOfAnErrorOfOne(schedule, Double.POSITIVE_INFINITY, CLEAN))
                .isEqualTo(1);
        assertThat(lossOfAnErrorOfOne(schedule, Double.POSITIVE_INFINITY, NOISY))
                .isEqualTo(1);
    }

    @Test
    void theErrorItselfIsReportedBeside() {
        NoiseSchedule schedule = schedule(PredictionType.SAMPLE);
        double error = Engine.infer(() -> {
            Tensor latents = numbers(1, 2);
            Losses losses = new DenoisingLoss(schedule, GREATEST)
                    .of(latents.add(new Scalar(2)), latents, numbers(0, 0), CLEAN, NOISY);
            return losses.terms().getLast().value().item_double();
        });
        assertThat(error).isCloseTo(4, within(1e-6));
    }

    private static double lossOfAnErrorOfOne(NoiseSchedule schedule, double greatest, int timestep) {
        return Engine.infer(() -> {
            Tensor nothing = numbers(0, 0);
            return weighted(
                    new DenoisingLoss(schedule, greatest).of(numbers(1, 1), nothing, nothing, timestep, timestep));
        });
    }

    private static double weighted(Losses losses) {
        return losses.terms().getFirst().value().item_double();
    }

    /** Two samples of a single number. */
    private static Tensor numbers(float first, float second) {
        return Tensors.of(new float[] {first, second}, 2, 1, 1, 1);
    }

    private static NoiseSchedule schedule(PredictionType prediction) {
        return NoiseSchedule.from(Json.parse(Path.of("scheduler_config.json"), """
                {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "prediction_type": "%s"}""".formatted(prediction.text())
                .getBytes(StandardCharsets.UTF_8)));
    }
}
