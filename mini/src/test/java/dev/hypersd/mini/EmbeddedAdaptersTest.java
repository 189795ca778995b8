package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.evaluation.ControlFidelity;
import dev.hypersd.image.Image;
import dev.hypersd.judge.detection.Detections;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.request.Control;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Style;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Draws with the LoRAs of styles, the ControlNets and the tiny autoencoder that come with the program, and has the
 * pictures judged. Every bar is far above chance and below what the weights reach.
 */
class EmbeddedAdaptersTest {
    private static final List<String> OBJECTS = List.of(
            "a red house",
            "a blue star",
            "two yellow apples",
            "a green tree on sand",
            "a pink heart",
            "a white cup",
            "a blue fish",
            "a red car");

    /** The styles of pictures that were drawn without a LoRA of a style, by the style that their captions ask for. */
    private static final Map<String, List<Style>> WITHOUT_LORA = new HashMap<>();

    @SuppressWarnings("NullAway.Init")
    private static JudgedPictures pictures;

    @BeforeAll
    static void load() {
        pictures = JudgedPictures.load();
    }

    @AfterAll
    static void close() {
        pictures.close();
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
        List<Style> with = styles(JudgedPictures.fewSteps().lora(file, 1).prompts(prompts));
        assertThat(with.stream().filter(style::equals).count()).isGreaterThanOrEqualTo(least);
        assertThat(with).doesNotContain(Style.valueOf(other.toUpperCase(Locale.ROOT)));
        assertThat(WITHOUT_LORA.computeIfAbsent(
                        other, _ -> styles(JudgedPictures.fewSteps().prompts(prompts))))
                .doesNotContain(style);
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
        ImageRequest request = JudgedPictures.fewSteps().build();
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
        List<Image> own = pictures.pipeline().reconstruct(scenes);
        LoadOptions options = LoadOptions.DEFAULT.withAutoencoder(EmbeddedModel.tinyAutoencoder());
        try (DiffusionPipeline tiny = DiffusionPipeline.load(new ModelSource(EmbeddedModel.folder(), options))) {
            double quality = signalToNoise(scenes, own);
            assertThat(quality).isGreaterThan(24);
            assertThat(signalToNoise(scenes, tiny.reconstruct(scenes)))
                    .isGreaterThan(quality - 3)
                    .isLessThan(quality);
        }
    }

    private static List<Style> styles(ImageRequest.Builder request) {
        return pictures.draw(request).stream().map(Detections::style).toList();
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
