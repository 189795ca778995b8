package dev.hypersd.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.sampler.StepResult.Evaluation;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every schedule and every step of every trajectory of the golden data. */
class SchedulerReferenceTest {
    private static final Map<String, String> CLASSES = Map.of(
            "ddim", "DDIMScheduler",
            "tcd", "TCDScheduler",
            "lcm", "LCMScheduler",
            "euler", "EulerDiscreteScheduler",
            "dpmpp2m", "DPMSolverMultistepScheduler");

    static List<String> cases() {
        return ReferenceCase.names("schedulers", "");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matchesTheReference(String name) {
        TensorScope.released(() -> {
            try (ReferenceCase reference = ReferenceCase.open("schedulers", name)) {
                JsonObject config = config(reference);
                NoiseSchedule schedule = NoiseSchedule.from(config);
                checkAlphaBars(reference, schedule);
                switch (reference.arg("mode").asString()) {
                    case "trajectory" -> checkTrajectory(reference, schedule, config);
                    case "timesteps" -> checkTimesteps(reference, schedule, config);
                    case "add_noise" -> checkAddNoise(reference, schedule, config);
                    case String mode -> throw new AssertionError("unknown mode " + mode);
                }
            }
            return "";
        });
    }

    private static void checkAlphaBars(ReferenceCase reference, NoiseSchedule schedule) {
        float[] alphaBars = new float[schedule.trainTimesteps()];
        for (int t = 0; t < alphaBars.length; t++) {
            alphaBars[t] = (float) schedule.level(t).alphaBar();
        }
        reference.assertMatches("alphas_cumprod", Tensors.of(alphaBars, alphaBars.length));
    }

    private static void checkTrajectory(ReferenceCase reference, NoiseSchedule schedule, JsonObject config) {
        SamplingPlan plan = sampler(reference, config).plan(schedule, steps(reference.arg("set_timesteps")));
        checkPlan(reference, plan);
        AtomicInteger drawn = new AtomicInteger();
        NoiseSource noise = shape -> reference.in("noise_" + drawn.getAndIncrement());
        Tensor x = reference.in("initial").mul(new Scalar(plan.initNoiseSigma()));
        List<Evaluation> history = List.of();
        for (int i = 0; i < plan.size(); i++) {
            checkIfGiven(reference, "scaled_input_" + i, plan.scaleModelInput(i, x));
            Tensor output = reference.in("model_output_" + i);
            StepResult result = plan.step(i, x, output, noise, history);
            reference.assertMatches("prev_sample_" + i, result.x());
            checkIfGiven(reference, "pred_original_sample_" + i, result.x0());
            checkIfGiven(reference, "denoised_" + i, result.x0());
            if (reference.has("out.pred_noised_sample_" + i)) {
                checkJump(reference, schedule, plan, i, x);
            }
            x = result.x();
            history = result.history();
        }
        assertThat(reference.has("out.prev_sample_" + plan.size()))
                .as("the reference takes more steps")
                .isFalse();
        assertThat(drawn.get())
                .isEqualTo(reference.json().at("/expected/noises_consumed").asInt());
    }

    /**
     * What TCD has before it adds noise is a jump of the noise schedule, to floor((1 - eta) next) in single precision.
     */
    private static void checkJump(ReferenceCase reference, NoiseSchedule schedule, SamplingPlan plan, int i, Tensor x) {
        float kept = (float) (1 - reference.arg("step").get("eta").asDouble());
        double next = i + 1 < plan.size() ? plan.timestep(i + 1) : 0;
        int to = (int) Math.floor(kept * (float) next);
        Tensor jumped = schedule.jump(x, reference.in("model_output_" + i), (int) plan.timestep(i), to);
        reference.assertMatches("pred_noised_sample_" + i, jumped);
    }

    private static void checkPlan(ReferenceCase reference, SamplingPlan plan) {
        float[] timesteps = new float[plan.size()];
        float[] ratios = new float[plan.size() + 1];
        for (int i = 0; i < plan.size(); i++) {
            timesteps[i] = (float) plan.timestep(i);
            ratios[i] = (float) plan.steps().get(i).level().ratio();
        }
        reference.assertMatches("timesteps", Tensors.of(timesteps, plan.size()));
        checkIfGiven(reference, "sigmas", Tensors.of(ratios, plan.size() + 1));
        checkIfGiven(reference, "init_noise_sigma", Tensors.of(new float[] {(float) plan.initNoiseSigma()}, 1));
    }

    private static void checkTimesteps(ReferenceCase reference, NoiseSchedule schedule, JsonObject config) {
        int count = reference.arg("set_timesteps").get("num_inference_steps").asInt();
        double[] timesteps;
        if (reference.arg("scheduler").asString().equals("ddpm")) {
            timesteps = TimestepSpacing.leading(0).timesteps(schedule.trainTimesteps(), count);
        } else {
            SamplingPlan plan = sampler(reference, config).plan(schedule, Steps.of(count));
            timesteps =
                    IntStream.range(0, plan.size()).mapToDouble(plan::timestep).toArray();
        }
        float[] values = new float[timesteps.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) timesteps[i];
        }
        reference.assertMatches("timesteps", Tensors.of(values, values.length));
    }

    private static void checkAddNoise(ReferenceCase reference, NoiseSchedule schedule, JsonObject config) {
        Tensor original = reference.in("original");
        Tensor noise = reference.in("noise");
        int[] velocityAt;
        if (reference.has("in.timesteps")) {
            velocityAt = timesteps(reference.in("timesteps"));
            reference.assertMatches("noisy", schedule.addNoise(original, noise, velocityAt));
        } else {
            JsonNode indices = reference.arg("step_indices");
            SamplingPlan plan = sampler(reference, config).plan(schedule, steps(reference.arg("set_timesteps")));
            Tensor[] rows = new Tensor[indices.size()];
            velocityAt = new int[indices.size()];
            for (int b = 0; b < rows.length; b++) {
                int i = indices.get(b).asInt();
                rows[b] = plan.addNoise(i, original.narrow(0, b, 1), noise.narrow(0, b, 1));
                // Euler's get_velocity in the reference takes the index of the step for a timestep.
                velocityAt[b] = i;
            }
            reference.assertMatches("noisy", Tensors.cat(0, rows));
        }
        if (reference.has("out.velocity")) {
            reference.assertMatches("velocity", schedule.velocity(original, noise, velocityAt));
        }
    }

    private static Sampler sampler(ReferenceCase reference, JsonObject config) {
        String kind = reference.arg("scheduler").asString();
        Sampler sampler = CLASSES.containsKey(kind) || kind.endsWith("Scheduler")
                ? Samplers.from(CLASSES.getOrDefault(kind, kind), config)
                : Samplers.named(kind); // no configuration asks for it
        JsonNode eta = reference.arg("step").path("eta");
        return eta.isNumber() ? sampler.withEta(eta.asDouble()) : sampler;
    }

    private static Steps steps(JsonNode arguments) {
        Steps steps = arguments.has("timesteps")
                ? Steps.at(IntStream.range(0, arguments.get("timesteps").size())
                        .map(i -> arguments.get("timesteps").get(i).asInt())
                        .toArray())
                : Steps.of(arguments.get("num_inference_steps").asInt());
        if (arguments.has("original_inference_steps")) {
            steps = steps.withOriginalSteps(
                    arguments.get("original_inference_steps").asInt());
        }
        return arguments.has("strength")
                ? steps.withOriginStrength(arguments.get("strength").asDouble())
                : steps;
    }

    private static void checkIfGiven(ReferenceCase reference, String name, Tensor got) {
        if (reference.has("out." + name)) {
            reference.assertMatches(name, got);
        }
    }

    private static int[] timesteps(Tensor tensor) {
        return Arrays.stream(Tensors.toLongs(tensor)).mapToInt(Math::toIntExact).toArray();
    }

    private static JsonObject config(ReferenceCase reference) {
        return Json.parse(
                Path.of("scheduler_config.json"),
                reference.arg("config").toString().getBytes(StandardCharsets.UTF_8));
    }
}
