package dev.hypersd.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.tensor.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalModelTest {
    /** So many steps that they take longer than any test. */
    private static final GenerationOptions LONG =
            options("a fox").steps(1000).count(50).sampler("ddim").build();

    private static Path folder;

    @BeforeAll
    static void write(@TempDir Path temporary) {
        folder = temporary.resolve("tiny");
        RandomModel.write(folder, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
    }

    private static GenerationOptions.Builder options(String prompt) {
        return GenerationOptions.of(prompt).toBuilder().size(64, 64).guidance(1).steps(1);
    }

    private static LocalModel.Builder tiny() {
        return LocalModel.builder().model(folder).grace(Duration.ZERO);
    }

    @Test
    void aModelIsLoadedWhenTheFirstPictureIsDrawn() {
        try (LocalModel model = tiny().build()) {
            assertThat(model.name()).isEqualTo("tiny");
            assertThat(model.isLoaded()).isFalse();
            assertThat(model.generate(options("a fox").build()).images()).hasSize(1);
            assertThat(model.isLoaded()).isTrue();
        }
    }

    @Test
    void picturesAreThoseOfThePipeline() {
        try (LocalModel model = tiny().build();
                DiffusionPipeline pipeline = DiffusionPipeline.load(folder)) {
            List<GeneratedImage> drawn =
                    model.generate(options("a fox").seed(7).count(2).build()).images();
            ImageRequest request = ImageRequest.of("a fox")
                    .size(64, 64)
                    .guidance(Guidance.of(1))
                    .steps(1)
                    .seed(8)
                    .build();
            assertThat(drawn).extracting(GeneratedImage::seed).containsExactly(7L, 8L);
            assertThat(drawn.getLast().image())
                    .isEqualTo(pipeline.generate(request).getFirst().image());
        }
    }

    @Test
    void absentOptionsAreTheDefaultsOfTheModel() {
        GenerationOptions defaults = options("a fox").seed(7).build();
        try (LocalModel model = tiny().defaults(defaults).build()) {
            Image drawn =
                    model.generate(GenerationOptions.NONE).images().getFirst().image();
            assertThat(model.generate(options("a fox").seed(7).build())
                            .images()
                            .getFirst()
                            .image())
                    .isEqualTo(drawn);
            assertThat(model.generate(GenerationOptions.of("a hare"))
                            .images()
                            .getFirst()
                            .parameters()
                            .prompt())
                    .isEqualTo("a hare");
        }
    }

    @Test
    void withoutASeedEveryPictureIsAnother() {
        try (LocalModel model = tiny().build()) {
            assertThat(model.generate(options("a fox").build())
                            .images()
                            .getFirst()
                            .seed())
                    .isNotEqualTo(model.generate(options("a fox").build())
                            .images()
                            .getFirst()
                            .seed());
        }
    }

    @Test
    void warningsComeWithThePictures() {
        try (LocalModel model = tiny().build()) {
            assertThat(model.generate(options("a fox").negativePrompt("blurry").build())
                            .warnings())
                    .contains("the negative prompt has no effect: guidance is off");
        }
    }

    @Test
    void aModelThatDoesNotExistIsRefusedWhenItIsNamed() {
        assertThatThrownBy(() -> LocalModel.builder().model("nowhere").build())
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(
                        "nowhere: not found; a model is a directory with a model_index.json, or a safetensors file");
    }

    @Test
    void withoutAModelAndABundleTheSentenceSaysWhatToAdd() {
        assertThatThrownBy(() -> LocalModel.builder().build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("no model is named: name a model directory or a checkpoint file, or add")
                .hasMessageContaining("dev.hypersd:hypersd-mini");
    }

    @Test
    void aModelThatCannotBeLoadedIsTriedAgain(@TempDir Path broken) throws IOException {
        Path index = Files.writeString(broken.resolve("model_index.json"), "{");
        try (LocalModel model = LocalModel.builder().model(broken).build()) {
            assertThatThrownBy(model::load).isInstanceOf(InvalidFileException.class);
            Files.delete(index);
            assertThatThrownBy(model::load)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("model_index.json");
            assertThat(model.isLoaded()).isFalse();
            assertThat(model.failure())
                    .hasValueSatisfying(sentence -> assertThat(sentence).contains("model_index.json"));
        }
    }

    @Test
    void anInterruptedThreadGetsNoPictures() throws InterruptedException {
        try (LocalModel model = tiny().build()) {
            CompletableFuture<Boolean> stays = new CompletableFuture<>();
            Thread caller = Thread.ofPlatform().start(() -> {
                try {
                    model.generate(LONG);
                } catch (GenerationCancelledException e) {
                    stays.complete(Thread.currentThread().isInterrupted());
                } catch (RuntimeException e) {
                    stays.completeExceptionally(e);
                }
            });
            untilLoaded(model);
            caller.interrupt();
            assertThat(stays.join()).as("the thread stays interrupted").isTrue();
        }
    }

    @Test
    void whatIsInProgressIsCancelledAfterTheGracePeriod() throws InterruptedException {
        LocalModel model = tiny().build();
        CompletableFuture<Drawn> drawn = CompletableFuture.supplyAsync(() -> model.generate(LONG));
        untilLoaded(model);
        model.close();
        assertThatThrownBy(drawn::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(GenerationCancelledException.class);
        assertThatThrownBy(() -> model.generate(options("a fox").build()))
                .isInstanceOf(HyperSdException.class)
                .hasMessage("this model is closed: open it again to draw with it");
    }

    @Test
    void whatIsInProgressIsCompletedWithinTheGracePeriod() throws InterruptedException {
        LocalModel model = tiny().grace(Duration.ofSeconds(60)).build();
        CompletableFuture<Drawn> drawn = CompletableFuture.supplyAsync(
                () -> model.generate(options("a fox").steps(20).build()));
        untilLoaded(model);
        model.close();
        assertThat(drawn.join().images()).hasSize(1);
    }

    private static void untilLoaded(LocalModel model) throws InterruptedException {
        while (!model.isLoaded()) {
            Thread.sleep(5);
        }
    }
}
