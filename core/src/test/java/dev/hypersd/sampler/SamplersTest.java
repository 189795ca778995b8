package dev.hypersd.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.sampler.StepResult.Evaluation;
import dev.hypersd.schedule.BetaSchedule;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplersTest {
    private static final String NAMES = "ddim, deis, dpmpp_2m, dpmpp_2m_karras, dpmpp_2m_sde, dpmpp_2m_sde_karras, "
            + "dpmpp_3m_sde, dpmpp_3m_sde_karras, dpmpp_sde, dpmpp_sde_karras, euler, euler_a, heun, lcm, "
            + "lcm_shift_250, lcm_shift_500, lms, lms_karras, pndm, tcd, unipc";

    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);

    @Test
    void everyNameGivesASamplerOfThatName() {
        assertThat(Samplers.names()).containsExactly(NAMES.split(", "));
        assertThat(Samplers.names())
                .allMatch(name -> Samplers.named(name).name().equals(name));
    }

    @Test
    void everySamplerHasTheTitleThatOtherToolsKnow() {
        assertThat(Samplers.names().stream().map(name -> Samplers.named(name).title()))
                .containsExactly(
                        "DDIM",
                        "DEIS",
                        "DPM++ 2M",
                        "DPM++ 2M Karras",
                        "DPM++ 2M SDE",
                        "DPM++ 2M SDE Karras",
                        "DPM++ 3M SDE",
                        "DPM++ 3M SDE Karras",
                        "DPM++ SDE",
                        "DPM++ SDE Karras",
                        "Euler",
                        "Euler a",
                        "Heun",
                        "LCM",
                        "LCM shift 250",
                        "LCM shift 500",
                        "LMS",
                        "LMS Karras",
                        "PLMS",
                        "TCD",
                        "UniPC");
    }

    @ParameterizedTest
    @CsvSource({"DPM++ 2m karras, dpmpp_2m_karras", "uni_pc, unipc", "Euler_A, euler_a", "DPM++ SDE, dpmpp_sde"})
    void titlesAreRecognisedInAnySpelling(String title, String name) {
        assertThat(Samplers.titled(title)).map(Sampler::name).contains(name);
    }

    @Test
    void anUnknownNameIsRefusedWithTheNearestAndAll() {
        assertThatThrownBy(() -> Samplers.named("dpm++2m"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("there is no sampler \"dpm++2m\"; did you mean dpmpp_2m?" + " Known are " + NAMES);
    }

    @Test
    void anUnknownClassIsRefused() {
        assertThatThrownBy(() -> Samplers.from(config("{\"_class_name\": \"DDPMScheduler\"}")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("scheduler_config.json: _class_name asks for DDPMScheduler, which is not supported;"
                        + " choose one of " + NAMES);
        assertThatThrownBy(() -> Samplers.from(config("{}")))
                .hasMessage("scheduler_config.json: _class_name is missing: it names the sampler");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EulerDiscreteScheduler | {'use_beta_sigmas': true}"
                        + " | use_beta_sigmas must be false: this option of EulerDiscreteScheduler is not supported",
                "EulerDiscreteScheduler | {'timestep_spacing': 'even'}"
                        + " | timestep_spacing must be leading, trailing or linspace, not \"even\"",
                "DPMSolverMultistepScheduler | {'algorithm_type': 'sde-dpmsolver++'}"
                        + " | algorithm_type must be dpmsolver++, not \"sde-dpmsolver++\"",
                "DPMSolverMultistepScheduler | {'solver_order': 3} | solver_order must be 1 or 2, not 3",
                "DPMSolverMultistepScheduler | {'final_sigmas_type': 'one'}"
                        + " | final_sigmas_type must be zero or sigma_min, not \"one\"",
                "UniPCMultistepScheduler | {'solver_order': 4} | solver_order must be 1, 2 or 3, not 4",
                "UniPCMultistepScheduler | {'predict_x0': false}"
                        + " | predict_x0 must be true: UniPC predicts images here, not noise",
                "UniPCMultistepScheduler | {'disable_corrector': [0]}"
                        + " | disable_corrector must be empty: UniPC corrects every step here",
                "DEISMultistepScheduler | {'solver_type': 'euler'}"
                        + " | solver_type must be logrho, midpoint, heun, bh1 or bh2, not \"euler\"",
                "HeunDiscreteScheduler | {'clip_sample': true}"
                        + " | clip_sample must be false: Heun's method has no limit of the image here",
                "PNDMScheduler | {} | skip_prk_steps must be true: the Runge-Kutta start of PNDM is not supported",
                "DDIMScheduler | {'thresholding': true}"
                        + " | thresholding must be false: this option of DDIMScheduler is not supported",
                "EulerDiscreteScheduler | {'sigma_max': 80} | sigma_max is 80; this option is not supported",
                "DPMSolverMultistepScheduler | {'lambda_min_clipped': -5.1}"
                        + " | lambda_min_clipped must be -Infinity: this option is not supported",
                "DPMSolverMultistepScheduler | {'variance_type': 'learned_range'}"
                        + " | variance_type says that the network predicts a variance, which is not supported"
            })
    void anUnsupportedOptionIsRefusedByName(String className, String json, String message) {
        assertThatThrownBy(() -> Samplers.from(className, config(json.replace('\'', '"'))))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("scheduler_config.json: " + message);
    }

    @Test
    void absentKeysHaveTheValuesOfTheReference() {
        JsonObject empty = config("{}");
        assertThat(Samplers.from("DDIMScheduler", empty))
                .isEqualTo(new Ddim(TimestepSpacing.leading(0), FinalSigma.ZERO, OptionalDouble.of(1), 0));
        assertThat(Samplers.from("EulerDiscreteScheduler", empty))
                .isEqualTo(new Euler(TimestepSpacing.LINSPACE, SigmaSpacing.TIMESTEPS, FinalSigma.ZERO));
        assertThat(Samplers.from("TCDScheduler", empty)).isEqualTo(new Tcd(50, 0.3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lcm", "euler", "euler_a", "dpmpp_2m", "pndm"})
    void samplersWithoutEtaRefuseOne(String name) {
        assertThatThrownBy(() -> Samplers.named(name).withEta(0.5))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("sampler " + name + " has no eta; tcd and ddim have one");
    }

    @Test
    void etaOutsideItsRangeIsRefused() {
        assertThatThrownBy(() -> Samplers.named("tcd").withEta(1.5)).hasMessage("eta must be between 0 and 1, not 1.5");
        assertThatThrownBy(() -> Samplers.named("ddim").withEta(Double.NaN))
                .hasMessage("eta must be between 0 and 1, not NaN");
    }

    @Test
    void impossibleStepsAreRefused() {
        assertThatThrownBy(() -> Steps.of(0)).hasMessage("the number of steps must be at least 1, not 0");
        assertThatThrownBy(() -> Steps.at(800, 900)).hasMessage("timesteps must decrease, but 900 follows 800");
        assertThatThrownBy(() -> Steps.of(4).withStrength(0))
                .hasMessage("strength must be above 0 and at most 1, not 0.0");
        assertThatThrownBy(() -> Steps.of(4).withDenoisingEnd(0.5).withDenoisingStart(0.5))
                .hasMessage("denoising start must be at least 0 and below denoising end (0.5), not 0.5");
        assertThatThrownBy(() -> Samplers.named("tcd").plan(SCHEDULE, Steps.of(51)))
                .hasMessage("51 steps are too many: this model was distilled with 50 timesteps"
                        + " (original steps times origin strength)");
        assertThatThrownBy(() -> Samplers.named("tcd").plan(SCHEDULE, Steps.at(1000)))
                .hasMessage("timestep 1000 does not exist: this model has 0 to 999");
        assertThatThrownBy(() -> Samplers.named("ddim").plan(SCHEDULE, Steps.of(2000)))
                .hasMessage("2000 steps are too many: this model has 1000 timesteps");
        assertThatThrownBy(() -> Samplers.named("pndm").plan(SCHEDULE, Steps.of(1000)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("1000 steps with leading spacing and offset 1 begin at timestep 1000, beyond the last, 999:"
                        + " take fewer steps");
        assertThatThrownBy(() -> Samplers.named("dpmpp_2m_karras").plan(SCHEDULE, Steps.at(999, 500)))
                .hasMessage("Karras spacing decides the timesteps, so they cannot be chosen: "
                        + "give a number of steps instead");
    }

    @Test
    void aStrengthThatLeavesNoStepIsRefused() {
        assertThatThrownBy(
                        () -> Samplers.named("ddim").plan(SCHEDULE, Steps.of(4).withStrength(0.2)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("strength 0.2 of 4 steps leaves none: take at least 5 steps or strength 0.25");
    }

    @Test
    void fewStepSamplersTakeTheirStepsWithinAStrengthThatWouldLeaveNone() {
        assertThat(Samplers.named("tcd")
                        .plan(SCHEDULE, Steps.of(1).withStrength(0.5))
                        .timestep(0))
                .isEqualTo(499);
        SamplingPlan lcm = Samplers.named("lcm").plan(SCHEDULE, Steps.of(4).withStrength(0.2));
        assertThat(lcm.size()).isEqualTo(4);
        assertThat(lcm.timestep(0)).isEqualTo(199);
    }

    @Test
    void epsilonPredictionCannotStartFromPureNoise() {
        NoiseSchedule zero = new NoiseSchedule(new ScheduleSettings(
                1000, BetaSchedule.SCALED_LINEAR, 0.00085, 0.012, List.of(), PredictionType.EPSILON, true));
        assertThatThrownBy(() -> Samplers.named("ddim").plan(zero, Steps.of(4)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("timestep 999 is pure noise (zero terminal SNR), where epsilon prediction does not "
                        + "determine the image: it takes a model with v_prediction");
    }

    @Test
    void aMultistepSamplerAsksForTheHistoryOfTheStepBefore() {
        SamplingPlan plan = Samplers.named("dpmpp_2m").plan(SCHEDULE, Steps.of(20));
        TensorScope.released(() -> {
            assertThatThrownBy(
                            () -> plan.step(3, Tensors.empty(1, 4), Tensors.empty(1, 4), NoiseSource.NONE, List.of()))
                    .hasMessage("step 3 of dpmpp_2m needs 1 earlier evaluations and was given 0:"
                            + " pass on the history that step 2 returned");
            return "";
        });
    }

    @Test
    void aPlanPrintsAsATable() {
        assertThat(new Tcd(50, 0.3).plan(SCHEDULE, Steps.of(2)).toString().lines())
                .containsExactly(
                        "tcd, 2 steps, epsilon prediction, initial noise times 1.0000",
                        " step  timestep    alpha    sigma     of x0    of eps  of noise",
                        "    0       999  0.06826  0.99767   0.52694   0.51842   0.67348",
                        "    1       499  0.52694  0.84990   0.99957   0.02916      none");
    }

    @Test
    void aPlanPrintsTheWeightsOfEarlierEvaluations() {
        assertThat(Samplers.named("dpmpp_2m")
                        .plan(SCHEDULE, Steps.of(3))
                        .toString()
                        .lines())
                .satisfiesExactly(
                        title -> assertThat(title).startsWith("dpmpp_2m, 3 steps"),
                        header -> assertThat(header).endsWith("of noise"),
                        first -> assertThat(first).endsWith("none"),
                        second -> assertThat(second).matches(".*none -0\\.\\d{5} x0\\[-1]"),
                        last -> assertThat(last).endsWith("none"));
    }

    /**
     * {@code 2 x + 3 x0 + 4 eps} of this evaluation and {@code 5 x + 6 x0 + 7 eps} of the one before, at equal shares
     * of both.
     */
    @Test
    void aStepIsTheWeightedSumOfItsEvaluationsAndFreshNoise() {
        NoiseLevel half = NoiseLevel.ofRatio(1);
        SamplingStep step = new SamplingStep(
                500,
                half,
                1,
                SamplingStep.NO_BOUNDARY,
                List.of(new Weights(2, 3, 4), new Weights(5, 6, 7)),
                OptionalDouble.of(8));
        SamplingPlan plan = new SamplingPlan("sum", PredictionType.EPSILON, List.of(step));
        TensorScope.released(() -> {
            Evaluation before = new Evaluation(one(10), one(20), one(30));
            StepResult result = plan.step(0, one(1), one(0.5f), shape -> one(100), List.of(before));
            double x0 = Math.sqrt(2) - 0.5;
            assertThat(Tensors.toFloats(result.x0())[0]).isCloseTo((float) x0, within(1e-6f));
            assertThat(Tensors.toFloats(result.x())[0])
                    .isCloseTo((float) (2 + 3 * x0 + 4 * 0.5 + 5 * 10 + 6 * 20 + 7 * 30 + 8 * 100), within(1e-3f));
            assertThat(result.history()).hasSize(1);
            return "";
        });
    }

    private static Tensor one(float value) {
        return Tensors.of(new float[] {value}, 1, 1, 1, 1);
    }

    private static JsonObject config(String json) {
        return Json.parse(Path.of("scheduler_config.json"), json.getBytes(StandardCharsets.UTF_8));
    }
}
