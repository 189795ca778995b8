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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DenoisingLossTest {
    private static final double GREATEST = 5;
    private static final RatioRange UP_TO_GREATEST = new RatioRange(0, GREATEST);

    /** Clean: a signal-to-noise ratio of 146. Noisy: of 0.09. */
    private static final int CLEAN = 50;

    private static final int NOISY = 700;

    @ParameterizedTest
    @EnumSource
    void theLossIsThatOfTheSchedulesPredictionType(PredictionType prediction) {
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
            return weighted(new DenoisingLoss(schedule, UP_TO_GREATEST)
                    .of(perfect, latents, noise, Optional.empty(), NOISY, NOISY));
        });
        assertThat(loss).isCloseTo(0, within(1e-12));
    }

    /** In the units of the clean latents, an error of one counts min(SNR, 5) whatever is predicted. */
    @ParameterizedTest
    @CsvSource({"EPSILON,50", "EPSILON,700", "V_PREDICTION,50", "V_PREDICTION,700", "SAMPLE,50", "SAMPLE,700"})
    void lowNoiseLevelsHaveLessWeight(PredictionType prediction, int timestep) {
        NoiseSchedule schedule = schedule(prediction);
        NoiseLevel level = schedule.level(timestep);
        double ratio = Math.pow(level.alpha() / level.sigma(), 2);
        double perUnit = Math.pow(prediction.x0(level).second(), 2);

        assertThat(lossOfAnErrorOfOne(schedule, UP_TO_GREATEST, timestep))
                .isCloseTo(Math.min(ratio, GREATEST) * perUnit, within(1e-5));
    }

    /** Noise of a ratio of 0.09 counts as of one of 0.5 then, and clean latents as before. */
    @ParameterizedTest
    @CsvSource({"EPSILON", "V_PREDICTION", "SAMPLE"})
    void highNoiseLevelsHaveTheWeightOfTheLowerLimit(PredictionType prediction) {
        NoiseSchedule schedule = schedule(prediction);
        double perUnit = Math.pow(prediction.x0(schedule.level(NOISY)).second(), 2);
        RatioRange range = new RatioRange(0.5, GREATEST);

        assertThat(lossOfAnErrorOfOne(schedule, range, NOISY)).isCloseTo(0.5 * perUnit, within(1e-5));
        assertThat(lossOfAnErrorOfOne(schedule, range, CLEAN))
                .isEqualTo(lossOfAnErrorOfOne(schedule, UP_TO_GREATEST, CLEAN));
    }

    @ParameterizedTest
    @EnumSource
    void withoutLimitsAllNoiseLevelsHaveEqualWeights(PredictionType prediction) {
        NoiseSchedule schedule = schedule(prediction);

        assertThat(lossOfAnErrorOfOne(schedule, RatioRange.WHOLE, CLEAN)).isEqualTo(1);
        assertThat(lossOfAnErrorOfOne(schedule, RatioRange.WHOLE, NOISY)).isEqualTo(1);
    }

    @Test
    void theUnweightedErrorIsReportedToo() {
        NoiseSchedule schedule = schedule(PredictionType.SAMPLE);
        double error = Engine.infer(() -> {
            Tensor latents = numbers(1, 2);
            Losses losses = new DenoisingLoss(schedule, UP_TO_GREATEST)
                    .of(latents.add(new Scalar(2)), latents, numbers(0, 0), Optional.empty(), CLEAN, NOISY);
            return losses.terms().getLast().value().item_double();
        });
        assertThat(error).isCloseTo(4, within(1e-6));
    }

    /** Errors of 2 and 3 with the weights 0.5 and 0.25. */
    @Test
    void errorsCountAsMuchAsTheirWeights() {
        NoiseSchedule schedule = schedule(PredictionType.SAMPLE);
        Map<String, Double> values = Engine.infer(() -> new DenoisingLoss(schedule, RatioRange.WHOLE)
                        .of(
                                numbers(2, 3),
                                numbers(0, 0),
                                numbers(0, 0),
                                Optional.of(numbers(0.5f, 0.25f)),
                                CLEAN,
                                NOISY)
                        .terms()
                        .stream()
                        .collect(Collectors.toMap(
                                Losses.Term::name, term -> term.value().item_double())));
        assertThat(values.get("weighted")).isCloseTo((4 * 0.5 + 9 * 0.25) / 2, within(1e-6));
        assertThat(values.get("squared error")).isCloseTo((4 + 9) / 2.0, within(1e-6));
    }

    private static double lossOfAnErrorOfOne(NoiseSchedule schedule, RatioRange ratios, int timestep) {
        return Engine.infer(() -> {
            Tensor nothing = numbers(0, 0);
            return weighted(new DenoisingLoss(schedule, ratios)
                    .of(numbers(1, 1), nothing, nothing, Optional.empty(), timestep, timestep));
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
                {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012,
                 "prediction_type": "%s"}""".formatted(prediction.text())
                .getBytes(StandardCharsets.UTF_8)));
    }
}
