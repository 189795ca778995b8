package dev.hypersd.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseScheduleTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);

    /**
     * Computed apart from this code, in double precision and printed to six or seven digits; ours is single precision.
     */
    @ParameterizedTest
    @CsvSource({
        "0, 0.9991500, 0.999575, 0.029155, 0.0292",
        "24, 0.9775560, 0.988714, 0.149813, 0.1515",
        "124, 0.8634076, 0.929197, 0.369584, 0.3977",
        "249, 0.6754324, 0.821847, 0.569708, 0.6932",
        "499, 0.2776697, 0.526944, 0.849900, 1.6129",
        "749, 0.0566235, 0.237957, 0.971276, 4.0817",
        "800, 0.0368696, 0.192015, 0.981392, 5.1110",
        "999, 0.0046601, 0.068265, 0.997667, 14.6146"
    })
    void stableDiffusionHasThePublishedNoiseLevels(int t, double alphaBar, double alpha, double sigma, double ratio) {
        NoiseLevel level = SCHEDULE.level(t);
        assertThat(level.alphaBar()).isCloseTo(alphaBar, within(5e-7));
        assertThat(level.alpha()).isCloseTo(alpha, within(1e-6));
        assertThat(level.sigma()).isCloseTo(sigma, within(2e-6));
        assertThat(level.ratio()).isCloseTo(ratio, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({
        "999, 874, 1.988828, -0.993448",
        "999, 499, 7.719100, -6.851193",
        "999, 0, 14.642586, -14.579274",
        "499, 249, 1.559649, -0.755837",
        "24, 0, 1.010985, -0.122304"
    })
    void aJumpHasThePublishedCoefficients(int from, int to, double ofSample, double ofEps) {
        Blend jump = PredictionType.EPSILON.jump(SCHEDULE.level(from), SCHEDULE.level(to));
        // Single precision of abar, at the noisy end divided by alpha = 0.068.
        assertThat(jump.first()).isCloseTo(ofSample, within(5e-5));
        assertThat(jump.second()).isCloseTo(ofEps, within(5e-5));
    }

    @Test
    void zeroTerminalSnrEndsInPureNoiseAndKeepsTheFirstLevel() {
        NoiseSchedule zero = new NoiseSchedule(new ScheduleSettings(
                1000, BetaSchedule.SCALED_LINEAR, 0.00085, 0.012, List.of(), PredictionType.V_PREDICTION, true));
        assertThat(zero.level(999)).isEqualTo(new NoiseLevel(0, 1));
        assertThat(zero.level(0).alphaBar()).isCloseTo(SCHEDULE.level(0).alphaBar(), within(1e-7));
        assertThat(IntStream.range(1, 1000)
                        .allMatch(t -> zero.level(t).alpha() < zero.level(t - 1).alpha()))
                .isTrue();
    }

    @Test
    void trainedBetasReplaceTheFormula() {
        NoiseSchedule two = NoiseSchedule.from(config("""
                {"num_train_timesteps": 2, "trained_betas": [0.5, 0.5]}"""));
        assertThat(two.level(0).alphaBar()).isCloseTo(0.5, within(1e-12));
        assertThat(two.level(1).alphaBar()).isCloseTo(0.25, within(1e-12));
    }

    @Test
    void invalidConfigurationsAreRefusedWithFileKeyAndValue() {
        assertThatThrownBy(() -> NoiseSchedule.from(config("{\"beta_schedule\": \"sigmoid\"}")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("scheduler_config.json: beta_schedule must be linear, scaled_linear or squaredcos_cap_v2,"
                        + " not \"sigmoid\"");
        assertThatThrownBy(() -> NoiseSchedule.from(config("{\"prediction_type\": \"flow\"}")))
                .hasMessage(
                        "scheduler_config.json: prediction_type must be epsilon, v_prediction or sample, not \"flow\"");
        assertThatThrownBy(() -> NoiseSchedule.from(config("{\"trained_betas\": [0.1]}")))
                .hasMessage("scheduler_config.json: describes no noise schedule:"
                        + " a noise schedule of 1000 timesteps cannot have 1 trained betas");
        assertThatThrownBy(() -> NoiseSchedule.from(config("{\"beta_end\": 1.5}")))
                .hasMessage("scheduler_config.json: describes no noise schedule:"
                        + " beta_end must lie between 0 and 1, not 1.5");
    }

    @Test
    void aTimestepOutsideTheScheduleIsRefused() {
        assertThatThrownBy(() -> SCHEDULE.level(1000))
                .hasMessage("timestep 1000 is outside this noise schedule, which has 0 to 999");
    }

    @Test
    void aBatchNeedsOneTimestepOrOneForEachSample() {
        assertThatThrownBy(() -> SCHEDULE.addNoise(Tensors.empty(3, 4), Tensors.empty(3, 4), 1, 2))
                .hasMessage("2 timesteps for F32 [3, 4]: give one, or one for each sample");
    }

    @Test
    void samplesAndNoiseOfDifferentShapesAreRefused() {
        assertThatThrownBy(() -> SCHEDULE.addNoise(Tensors.empty(2, 4), Tensors.empty(1, 4), 1))
                .hasMessage("F32 [2, 4] and F32 [1, 4] cannot be blended: their shapes differ");
    }

    @Test
    void renoisingDownwardsIsRefused() {
        assertThatThrownBy(() -> SCHEDULE.renoise(Tensors.empty(1), Tensors.empty(1), 500, 400))
                .hasMessageStartingWith("renoising goes to a higher noise level");
    }

    private static JsonObject config(String json) {
        return Json.parse(Path.of("scheduler_config.json"), json.getBytes(StandardCharsets.UTF_8));
    }
}
