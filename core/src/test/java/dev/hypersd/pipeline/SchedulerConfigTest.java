package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scheduler configurations as they lie in models: old ones, which diffusers' pipelines correct, and unknown ones. */
class SchedulerConfigTest {
    private static final Path SCHEDULERS = Path.of("src/test/resources/schedulers");
    private static final Path MODEL = Path.of("..", "testdata", "reference", "pipelines", "models", "sd15");

    /**
     * The pictures are of diffusers; rounding may move a value of 255 by one, where a wrong configuration moves it by 5
     * to 192.
     */
    @ParameterizedTest
    @ValueSource(strings = {"ddim_clip_missing", "old_pndm_offset0"})
    void aPictureIsThatOfTheReferencePipeline(String name, @TempDir Path folder) throws IOException {
        copyModel(folder, SCHEDULERS.resolve(name + ".json"));
        ImageRequest request = ImageRequest.of("a red fox")
                .steps(6)
                .guidance(Guidance.of(5))
                .size(64, 64)
                .seed(3)
                .build();
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(folder)) {
            byte[] drawn = pipeline.generate(request).getFirst().image().rgb();
            byte[] reference = Image.read(SCHEDULERS.resolve(name + ".png")).rgb();
            int most = IntStream.range(0, drawn.length)
                    .map(i -> Math.abs((drawn[i] & 0xFF) - (reference[i] & 0xFF)))
                    .max()
                    .orElseThrow();
            assertThat(most).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aModelWhoseSamplerIsNotSupportedIsDrawnWithAnotherOne(@TempDir Path folder) throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(SCHEDULERS.resolve("old_pndm_offset0.json"))
                        .replace("PNDMScheduler", "OtherScheduler"));
        Path directory = Files.createDirectory(folder.resolve("model"));
        copyModel(directory, config);
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

    private static void copyModel(Path folder, Path scheduler) throws IOException {
        try (Stream<Path> files = Files.walk(MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file, folder.resolve(MODEL.relativize(file).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.copy(scheduler, folder.resolve("scheduler/scheduler_config.json"), StandardCopyOption.REPLACE_EXISTING);
    }
}
