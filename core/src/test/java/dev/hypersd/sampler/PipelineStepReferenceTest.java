package dev.hypersd.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * The timesteps of every run of the reference pipelines, and their first step from the traced input and output of the
 * network.
 */
class PipelineStepReferenceTest {
    private static final String TIMESTEPS = "trace.unet_timesteps";

    static List<String> cases() {
        return ReferenceCase.names("pipelines", "").stream()
                .filter(PipelineStepReferenceTest::isTraced)
                .toList();
    }

    /** Cases of the project's own have inputs and outputs only. */
    private static boolean isTraced(String name) {
        try (ReferenceCase reference = ReferenceCase.open("pipelines", name)) {
            return reference.has(TIMESTEPS);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void planHasTheTimestepsOfThePipelineAndTakesItsFirstStep(String name) {
        TensorScope.released(() -> {
            try (ReferenceCase reference = ReferenceCase.open("pipelines", name)) {
                SamplingPlan plan = plan(reference);
                checkTimesteps(reference, plan);
                JsonNode call = reference.json().get("call");
                boolean changedAfterwards = reference.json().path("inputs").has("mask_image");
                boolean traced = reference.has("trace.latents_after_step");
                if (traced && !changedAfterwards && !call.has("guidance_rescale")) {
                    checkFirstStep(reference, plan, call.get("guidance_scale").asDouble());
                }
            }
            return "";
        });
    }

    private static void checkTimesteps(ReferenceCase reference, SamplingPlan plan) {
        float[] timesteps = new float[plan.size()];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = (float) plan.timestep(i);
        }
        assertThat(timesteps).as(plan::toString).containsExactly(Tensors.toFloats(reference.tensor(TIMESTEPS)));
    }

    private static void checkFirstStep(ReferenceCase reference, SamplingPlan plan, double guidance) {
        Tensor output = reference.tensor("trace.unet_output.0");
        Tensor input = reference.tensor("trace.unet_input.0");
        if (guidance > 1) {
            long half = output.size(0) / 2;
            output = new Blend(1 - guidance, guidance).of(output.narrow(0, 0, half), output.narrow(0, half, half));
            input = input.narrow(0, 0, half);
        }
        Tensor x = input.mul(new Scalar(1 / plan.steps().getFirst().inputScale()));
        StepResult result = plan.step(0, x, output, shape -> firstNoise(reference), List.of());
        JsonNode tolerance = reference.json().get("tolerances").get("trace.latents_after_step");
        assertThat(Tensors.shape(result.x()))
                .isEqualTo(Tensors.shape(
                        reference.tensor("trace.latents_after_step").select(0, 0)));
        float[] want =
                Tensors.toFloats(reference.tensor("trace.latents_after_step").select(0, 0));
        float[] got = Tensors.toFloats(result.x());
        for (int i = 0; i < want.length; i++) {
            assertThat((double) Math.abs(got[i] - want[i]))
                    .as("element %d: got %s, expected %s", i, got[i], want[i])
                    .isLessThanOrEqualTo(tolerance.get("atol").asDouble()
                            + tolerance.get("rtol").asDouble() * Math.abs(want[i]));
        }
    }

    private static Tensor firstNoise(ReferenceCase reference) {
        JsonNode noises = reference.json().get("noise");
        return IntStream.range(0, noises.size())
                .mapToObj(noises::get)
                .filter(n -> n.get("site").asString().equals("scheduler_step"))
                .findFirst()
                .map(n -> reference.tensor(n.get("name").asString()))
                .orElseThrow();
    }

    private static SamplingPlan plan(ReferenceCase reference) {
        JsonNode scheduler = reference.json().path("scheduler");
        JsonNode call = reference.json().get("call");
        JsonObject config = scheduler.has("class")
                ? Json.parse(
                        Path.of("scheduler_config.json"),
                        scheduler.get("resulting_config").toString().getBytes(StandardCharsets.UTF_8))
                : Json.read(reference
                        .directory()
                        .resolve(reference.json().get("model").asString())
                        .resolve("scheduler/scheduler_config.json"));
        Sampler sampler = scheduler.has("class")
                ? Samplers.from(scheduler.get("class").asString(), config)
                : Samplers.from(config);
        if (sampler instanceof Tcd && call.has("eta")) {
            sampler = sampler.withEta(call.get("eta").asDouble());
        }
        return sampler.plan(NoiseSchedule.from(config), steps(call));
    }

    private static Steps steps(JsonNode call) {
        Steps steps = call.has("timesteps")
                ? Steps.at(IntStream.range(0, call.get("timesteps").size())
                        .map(i -> call.get("timesteps").get(i).asInt())
                        .toArray())
                : Steps.of(call.get("num_inference_steps").asInt());
        if (call.has("strength")) {
            steps = steps.withStrength(call.get("strength").asDouble());
        }
        if (call.has("denoising_start")) {
            steps = steps.withDenoisingStart(call.get("denoising_start").asDouble());
        }
        return call.has("denoising_end")
                ? steps.withDenoisingEnd(call.get("denoising_end").asDouble())
                : steps;
    }
}
