package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Scheduler configurations as they lie in models, in all their variety: what they say is what is drawn. */
class SchedulerConfigTest {
    private static final String KIND = "scheduler_pictures";
    private static final Path MODEL = ReferenceCase.own().resolve("pipelines/models/sd15");

    @TempDir
    Path scratch;

    /**
     * The pictures are of diffusers; rounding may move a value of 255 by one, where a wrong configuration moves it by 5
     * to 227.
     */
    @TestFactory
    Stream<DynamicTest> aPictureIsThatOfTheReferencePipeline() {
        return ReferenceCase.names(KIND, "").stream()
                .map(name -> DynamicTest.dynamicTest(
                        name, () -> check(ReferenceCase.root().resolve(KIND).resolve(name))));
    }

    private void check(Path golden) throws IOException {
        JsonNode json = Json.MAPPER.readTree(golden.resolve("case.json"));
        JsonNode call = json.path("call");
        Path model = scratch.resolve(golden.getFileName());
        copyModel(
                golden.resolve(json.path("model").asString()),
                model,
                Json.MAPPER.writeValueAsBytes(json.get("scheduler")));
        ImageRequest.Builder request = ImageRequest.of(call.path("prompt").asString())
                .steps(call.path("num_inference_steps").asInt())
                .guidance(Guidance.of(call.path("guidance_scale").asDouble()))
                .size(call.path("width").asInt(), call.path("height").asInt())
                .seed(json.path("seed").asInt());
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(model)) {
            AlikePictures.assertAlike(
                    pipeline.generate(request.build()).getFirst().image(), Image.read(golden.resolve("picture.png")));
        }
    }

    @Test
    void aModelWhoseSamplerIsNotSupportedIsDrawnWithAnotherOne() throws IOException {
        Path directory = scratch.resolve("model");
        copyModel(
                MODEL,
                directory,
                "{\"_class_name\": \"OtherScheduler\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        ImageRequest.Builder request = ImageRequest.of("a red fox").steps(1).size(64, 64);
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(directory)) {
            assertThat(pipeline.generate(
                            request.sampler(Samplers.named("euler")).build()))
                    .hasSize(1);
            ImageRequest withItsOwn = ImageRequest.of("a red fox").steps(1).build();
            assertThatThrownBy(() -> pipeline.generate(withItsOwn))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("asks for OtherScheduler, which is not supported; choose one of");
        }
    }

    /** A copy of the model that refers to the same weights and has another scheduler configuration. */
    private static void copyModel(Path model, Path copy, byte[] scheduler) throws IOException {
        try (Stream<Path> files = Files.walk(model.toRealPath())) {
            for (Path file : files.toList()) {
                Path to = copy.resolve(model.toRealPath().relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.createSymbolicLink(to, file);
                }
            }
        }
        Path config = copy.resolve("scheduler/scheduler_config.json");
        Files.delete(config);
        Files.write(config, scheduler);
    }
}
