package dev.hypersd.serve.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.image.Image;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.registry.FileRegistry;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import dev.hypersd.serve.registry.ServedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Options are resolved to jobs, without any model file. */
class GenerationQueueTest {
    private static final Path UNET = Path.of("Hyper-SDXL-1step-Unet.safetensors");
    private static final PictureSource PICTURE = PictureSource.of(new Image(16, 16, new byte[768]));

    private static final ModelRegistry REGISTRY = new ModelRegistry(
            ServedModel.of(new ModelSource(Path.of("base"), LoadOptions.DEFAULT)),
            List.of(new LoraWeight(Path.of("Hyper-SD15-1step-lora.safetensors"), 0.5)),
            List.of(),
            LoadOptions.DEFAULT,
            FileRegistry.models(List.of()),
            FileRegistry.models(List.of()),
            FileRegistry.models(List.of()),
            new TreeMap<>());

    @Test
    void thePresetsTimestepIsUsedWheneverItsNumberOfStepsIsRequested() {
        ModelRegistry unet =
                ModelRegistry.of(new ModelSource(Path.of("base"), LoadOptions.DEFAULT.withCheckpoint(UNET)));
        for (int steps : new int[] {1, 2}) {
            ImageRequest request =
                    request(unet, GenerationOptions.builder().steps(steps).build());
            assertThat(request.steps()).isEqualTo(steps == 1 ? Steps.at(800) : Steps.of(2));
        }
    }

    @Test
    void stepsAreThoseTakenUnlessTheClientChoosesOtherwise() {
        GenerationOptions options =
                GenerationOptions.builder().image(PICTURE).steps(3).build();
        assertThat(steps(options)).isEqualTo(Steps.of(4).withStrength(0.75));
        assertThat(steps(options.toBuilder().mask(PICTURE).build())).isEqualTo(Steps.of(3));
        assertThat(steps(options.toBuilder().set(Option.EXACT_STEPS, false).build()))
                .isEqualTo(Steps.of(3).withStrength(0.75));
    }

    @Test
    void anEtaOfZeroIsUsedAndOtherwiseThePresets() {
        assertThat(request(GenerationOptions.NONE).sampler())
                .hasValue(Samplers.named("tcd").withEta(1));
        assertThat(request(GenerationOptions.builder().eta(0).build()).sampler())
                .hasValue(Samplers.named("tcd").withEta(0));
    }

    @Test
    void theDefaultModelsLorasAreAppliedUnlessARequestSetsOthers() {
        assertThat(request(GenerationOptions.NONE).loras())
                .containsExactly(new LoraWeight(Path.of("Hyper-SD15-1step-lora.safetensors"), 0.5));
        assertThat(request(GenerationOptions.builder()
                                .set(Option.LORAS, List.of())
                                .build())
                        .loras())
                .isEmpty();
    }

    @Test
    void requestsBeyondTheLimitsAreRefusedBeforeImagesAreMade() {
        refused(
                "an extension of 100000 pixels",
                GenerationOptions.builder().image(PICTURE).set(Option.EXTEND, List.of(0, 0, 100_000, 0)));
        refused(
                "a width of 4096 pixels",
                GenerationOptions.builder().size(1024, 8).set(Option.HIRES, 4.0));
        refused(
                "8 pictures of 2048x2048 in 25 steps take 839 million pixels x steps, more than the 268 million that "
                        + "this server allows: 2 pictures, or 7 steps would fit",
                GenerationOptions.builder().size(2048, 2048).steps(25).count(8));
        // A step of these methods evaluates the network twice, except the last one.
        for (String sampler : List.of("heun", "dpmpp_sde")) {
            refused(
                    "8 pictures of 1024x1024 in 20 steps, which count as 39, take 328 million pixels x steps, more"
                            + " than the 268 million that this server allows: 6 pictures, or 16 steps would fit",
                    GenerationOptions.builder()
                            .size(1024, 1024)
                            .steps(20)
                            .count(8)
                            .sampler(sampler));
        }
        refused(
                "a strength of 1.0E-6, whose whole schedule has 100000000 steps, is more than this server allows",
                GenerationOptions.builder().image(PICTURE).steps(100).set(Option.STRENGTH, 1e-6));
        refused("200 steps is more than", GenerationOptions.builder().steps(200));
        refused("0 steps cannot be", GenerationOptions.builder().steps(0));
        refused(
                "there is no embedding \"/etc/passwd\"",
                GenerationOptions.builder()
                        .set(Option.EMBEDDINGS, List.of(dev.hypersd.request.EmbeddingReference.of("/etc/passwd"))));
    }

    private static void refused(String sentence, GenerationOptions.Builder options) {
        assertThatThrownBy(() -> request(options.build()))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining(sentence);
    }

    private static Steps steps(GenerationOptions options) {
        return request(options).steps();
    }

    private static ImageRequest request(GenerationOptions options) {
        return request(REGISTRY, options);
    }

    private static ImageRequest request(ModelRegistry registry, GenerationOptions options) {
        return new GenerationQueue(registry, Limits.DEFAULT, new Metrics(), Duration.ZERO, DiffusionPipeline::load)
                .resolve(Client.of("client"), options, Quality.FAST, step -> {})
                .request();
    }
}
