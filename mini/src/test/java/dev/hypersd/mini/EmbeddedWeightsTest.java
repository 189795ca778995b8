package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.evaluation.ControlFidelity;
import dev.hypersd.evaluation.TestPrompt;
import dev.hypersd.image.Image;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.AttributeDecoder;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.Detections;
import dev.hypersd.metric.AttributeAccuracy;
import dev.hypersd.metric.AttributeAccuracy.Group;
import dev.hypersd.metric.AttributeCheck;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.request.Control;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Style;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Draws with the weights that come with the program and has the pictures judged, so that a file of noise would be
 * noticed. Every bar is far above chance and below what the weights reach, which docs/mini.md and docs/results.md tell
 * exactly.
 */
class EmbeddedWeightsTest {
    private static final List<TestPrompt> PROMPTS = TestPrompt.range(0, 8);

    private static final List<String> OBJECTS = List.of(
            "a red house",
            "a blue star",
            "two yellow apples",
            "a green tree on sand",
            "a pink heart",
            "a white cup",
            "a blue fish",
            "a red car");

    /** Above it no pictures come that were drawn for other prompts; these reach about 0.05. */
    private static final double CHANCE = 0.25;

    private static final TensorArena ARENA = new TensorArena();

    @SuppressWarnings("NullAway.Init")
    private static AttributeReader reader;

    @SuppressWarnings("NullAway.Init")
    private static DiffusionPipeline pipeline;

    @BeforeAll
    static void load() {
        reader = new JudgeFolder(EmbeddedModel.judges()).attributes(ARENA);
        pipeline = DiffusionPipeline.load(EmbeddedModel.folder());
    }

    @AfterAll
    static void close() {
        pipeline.close();
        Engine.call(() -> {
            ARENA.close();
            return ARENA;
        });
    }

    /** Of these prompts it reaches 0.97 in ten steps. */
    @Test
    void theModelDrawsWhatItsPromptsSayAndNotWhatOthersSay() {
        List<Detections> seen =
                draw(ofPrompts().sampler(Samplers.named("ddim")).steps(10).guidance(Guidance.of(3)));
        assertThat(accuracy(seen, 0)).isGreaterThan(0.75);
        assertThat(accuracy(seen, 1)).isLessThan(CHANCE);
    }

    static Stream<Preset> fewStepLoras() {
        return Presets.all().stream().filter(preset -> preset.name().startsWith("mini-"));
    }

    /** They reach 0.86 to 0.97 in two to eight steps; in one step Hyper-SD's reaches 0.84 and Lightning's 0.57. */
    @ParameterizedTest
    @MethodSource("fewStepLoras")
    void everyFewStepLoraDrawsWhatItsPromptsSay(Preset preset) {
        Path file =
                Objects.requireNonNull(EmbeddedModel.loras().get(preset.name().substring("mini-".length())));
        List<Detections> seen =
                draw(ofPrompts().sampler(preset.sampler()).steps(preset.steps()).lora(file, 1));
        assertThat(accuracy(seen, 0)).isGreaterThan(preset.steps().count() == 1 ? 0.4 : 0.7);
        assertThat(accuracy(seen, 1)).isLessThan(CHANCE);
    }

    /**
     * The captions ask for another style, in which the model draws without a LoRA. What the autoencoder leaves of pixel
     * art the reader takes for flat, so that is not counted.
     */
    @ParameterizedTest
    @CsvSource({"FLAT,neon,6", "NEON,watercolour,6", "OUTLINE,neon,4", "PIXEL,neon,0", "WATERCOLOUR,neon,6"})
    void everyLoraOfAStyleDrawsInItsStyleWhateverTheCaptionAsksFor(Style style, String other, int least) {
        Path file =
                Objects.requireNonNull(EmbeddedModel.loras().get(style.name().toLowerCase(Locale.ROOT)));
        List<Prompt> prompts = OBJECTS.stream()
                .map(object -> Prompt.of(other + " picture of " + object))
                .toList();
        List<Style> with = styles(fewSteps().lora(file, 1).prompts(prompts));
        assertThat(with.stream().filter(style::equals).count()).isGreaterThanOrEqualTo(least);
        assertThat(with).doesNotContain(Style.valueOf(other.toUpperCase(Locale.ROOT)));
        assertThat(styles(fewSteps().prompts(prompts))).doesNotContain(style);
    }

    /**
     * Pictures follow their lines with an F1 of 0.74 (canny) and 0.88 (scribble), those of other scenes with 0.29 and
     * 0.16.
     */
    @ParameterizedTest
    @EnumSource(names = {"CANNY", "SCRIBBLE"})
    void everyControlNetFollowsItsLines(Preprocessor lines) {
        Path network =
                Objects.requireNonNull(EmbeddedModel.controls().get(lines.name().toLowerCase(Locale.ROOT)));
        ImageRequest request = fewSteps().build();
        Control control =
                Control.of(network, lines.apply(Scenes.of(Split.TEST, 1).get(0).image()));
        try (DiffusionPipeline controlled = DiffusionPipeline.load(
                new ModelSource(EmbeddedModel.folder()),
                request.toBuilder().control(control).build())) {
            ControlFidelity fidelity = ControlFidelity.of(controlled, request, network, lines::apply, 4, left -> {});
            assertThat(fidelity.model().f1())
                    .isGreaterThan(0.6)
                    .isGreaterThan(fidelity.chance().f1() + 0.2);
        }
    }

    /** The model's own reconstructs these scenes with 27 dB, the tiny one with 25. */
    @Test
    void theTinyAutoencoderReconstructsAlmostAsTheModelsOwnDoes() {
        Scenes test = Scenes.of(Split.TEST, 4);
        List<Image> scenes = Stream.of(0, 1, 2, 3).map(i -> test.get(i).image()).toList();
        List<Image> own = pipeline.reconstruct(scenes);
        LoadOptions options = LoadOptions.DEFAULT.withAutoencoder(EmbeddedModel.tinyAutoencoder());
        try (DiffusionPipeline tiny = DiffusionPipeline.load(new ModelSource(EmbeddedModel.folder(), options))) {
            double quality = signalToNoise(scenes, own);
            assertThat(quality).isGreaterThan(24);
            assertThat(signalToNoise(scenes, tiny.reconstruct(scenes)))
                    .isGreaterThan(quality - 3)
                    .isLessThan(quality);
        }
    }

    private static ImageRequest.Builder request() {
        return ImageRequest.of("").size(128, 128).guidance(Guidance.of(1));
    }

    private static ImageRequest.Builder ofPrompts() {
        return request()
                .prompts(
                        PROMPTS.stream().map(prompt -> Prompt.of(prompt.text())).toList());
    }

    /** The sampler and the LoRA of the preset that the program takes unless another is named. */
    private static ImageRequest.Builder fewSteps() {
        return request().sampler(Samplers.named("tcd").withEta(0.6)).steps(4).lora(EmbeddedModel.lora(), 1);
    }

    private static List<Detections> draw(ImageRequest.Builder request) {
        List<Image> images = pipeline.generate(request.build()).stream()
                .map(GeneratedImage::image)
                .toList();
        return Engine.infer(() -> new AttributeDecoder(reader).decode(reader.grid(ImageTensors.of(images))));
    }

    private static List<Style> styles(ImageRequest.Builder request) {
        return draw(request).stream().map(Detections::style).toList();
    }

    /**
     * The attribute accuracy of pictures, each as a picture of the prompt that is {@code shift} places after its own.
     */
    private static double accuracy(List<Detections> seen, int shift) {
        AttributeAccuracy accuracy = new AttributeAccuracy();
        for (int i = 0; i < seen.size(); i++) {
            TestPrompt prompt = PROMPTS.get((i + shift) % PROMPTS.size());
            TestPrompt.Scene scene = prompt.scene().orElseThrow();
            accuracy.add(scene.attributes(), scene.heldOut(), AttributeCheck.of(scene.attributes(), seen.get(i)));
        }
        return accuracy.attributes(Group.ALL).value();
    }

    /** The peak signal-to-noise ratio of all pictures in dB. */
    private static double signalToNoise(List<Image> wanted, List<Image> got) {
        double squares = 0;
        long count = 0;
        for (int i = 0; i < wanted.size(); i++) {
            byte[] a = wanted.get(i).rgb();
            byte[] b = got.get(i).rgb();
            for (int k = 0; k < a.length; k++) {
                squares += Math.pow((a[k] & 0xFF) - (b[k] & 0xFF), 2);
            }
            count += a.length;
        }
        return 10 * Math.log10(255.0 * 255.0 * count / squares);
    }
}
