package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures that go into a generation: to follow with ControlNets, to go on from, to draw anew in part, and to enlarge.
 */
class PictureInputTest {
    private static final Path MODELS =
            Path.of(System.getProperty("hypersd.reference")).resolve("pipelines/models");
    private static final String CONTROL = MODELS.resolve("controlnet-sd15").toString();
    private static final String OTHER = MODELS.resolve("controlnet-sd15-b").toString();
    private static final String SDXL = MODELS.resolve("controlnet-sdxl").toString();

    @TempDir
    static Path inputs;

    private static String stripes = "";
    private static String half = "";

    @TempDir
    Path folder;

    @BeforeAll
    static void drawInputs() {
        stripes = write("stripes.png", 64, 64, 8);
        half = write("half.png", 64, 64, 32);
    }

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @Test
    void aControlNetChangesThePictureAndIsWrittenIntoIt() {
        Image without = draw("--size=64");
        assertThat(draw("--control", CONTROL, "--control-image", stripes)).isNotEqualTo(without);
        assertThat(GenerationParameters.read(folder.resolve("a.png"))
                        .orElseThrow()
                        .settings())
                .containsEntry("ControlNet 0", "Model: controlnet-sd15, Weight: 1");
        assertThat(draw("--control", CONTROL, "--control-image", stripes, "--control-scale", "0"))
                .isEqualTo(without);
    }

    @Test
    void aFileOfWeightsAloneGivesTheSameAsItsFolder() {
        String file = CONTROL + "/diffusion_pytorch_model.safetensors";
        assertThat(draw("--control", file, "--control-image", stripes))
                .isEqualTo(draw("--control", CONTROL, "--control-image", stripes));
    }

    @Test
    void theControlPictureIsMadeFromAPicture() {
        Image drawing = draw("--control", CONTROL, "--control-image", stripes, "--control-make=drawing");
        Image edges = draw("--control", CONTROL, "--control-image", stripes, "--control-make=canny");
        Image given = draw("--control", CONTROL, "--control-image", stripes);
        assertThat(List.of(drawing, edges, given)).doesNotHaveDuplicates();
        assertFailure(
                2,
                "there is no preprocessor \"blur\"; known are canny, scribble, drawing",
                "--control",
                CONTROL,
                "--control-image",
                stripes,
                "--control-make=blur");
    }

    @Test
    void everyControlNetHasOptionsOfItsOwn() {
        Image one = draw("--control", CONTROL, "--control-image", stripes);
        Image silenced = draw(
                "--control",
                CONTROL,
                "--control-image",
                stripes,
                "--control",
                OTHER,
                "--control-image",
                half,
                "--control-scale",
                "0");
        Image both = draw(
                "--control",
                CONTROL,
                "--control-image",
                stripes,
                "--control",
                OTHER,
                "--control-image",
                half,
                "--control-scale",
                "0.5");
        assertThat(silenced).isEqualTo(one);
        assertThat(both).isNotEqualTo(one);
    }

    @Test
    void aControlNetOfAnotherFamilyIsRefusedBeforeTheModelIsLoaded() {
        assertFailure(
                1,
                "controlnet-sdxl: is a ControlNet for SDXL, the model is not",
                "--control",
                SDXL,
                "--control-image",
                stripes);
        assertFailure(
                1,
                "holds no controlnet but [unet]",
                "--control",
                MODELS.resolve("sd15/unet/diffusion_pytorch_model.safetensors").toString(),
                "--control-image",
                stripes);
        assertFailure(
                1,
                "nowhere: not found; name the file of the ControlNet with --control",
                "--control=nowhere",
                "--control-image",
                stripes);
        assertFailure(2, "needs a picture to follow: name it with image (--control-image)", "--control", CONTROL);
        assertFailure(2, "name it with --control", "--control-scale=2");
    }

    @Test
    void anOriginalSetsTheSizeAndShowsMoreAtLowerStrength() {
        String large = write("large.png", 90, 72, 8);
        Image little = draw("--image", large, "--strength", "0.3");
        assertThat(little.width()).isEqualTo(88);
        assertThat(little.height()).isEqualTo(72);
        assertThat(GenerationParameters.read(folder.resolve("a.png"))
                        .orElseThrow()
                        .settings())
                .containsEntry("Denoising strength", "0.3");
        assertThat(draw("--image", large, "--strength", "0.9")).isNotEqualTo(little);
        assertThat(draw("--image", write("large.webp", 90, 72, 8), "--strength", "0.3"))
                .isEqualTo(little);
    }

    @Test
    void oneStepIsEnoughForAnyStrength() {
        Image a = draw("--image", stripes, "--strength=0.5", "--steps=1", "--sampler=tcd");
        Image b = draw("--image", half, "--strength=0.5", "--steps=1", "--sampler=tcd");
        assertThat(a).isNotEqualTo(b);
        assertFailure(
                2,
                "strength 0.5 of 1 steps leaves none",
                "--image",
                stripes,
                "--strength=0.5",
                "--steps=1",
                "--sampler=ddim");
    }

    @Test
    void theUnmaskedAreaDoesNotDependOnThePrompt() {
        Image a = draw("--image", stripes, "--mask", half);
        Image b = draw("--image", stripes, "--mask", half, "--negative=a ship", "--guidance=3");
        assertThat(a).isNotEqualTo(b);
        String black = write("black.png", 64, 64, 64);
        assertThat(draw("--image", stripes, "--mask", black))
                .isEqualTo(draw("--image", stripes, "--mask", black, "--negative=a ship", "--guidance=3"));
    }

    @Test
    void aPictureGrowsBeyondItsEdges() {
        Image grown = draw("--image", stripes, "--extend", "0,8,16,0");
        assertThat(grown.width()).isEqualTo(80);
        assertThat(grown.height()).isEqualTo(72);
    }

    @Test
    void aSecondPassDrawsALargerPicture() {
        Image larger = draw("--size=64", "--hires", "1.5");
        assertThat(larger.width()).isEqualTo(96);
        assertThat(GenerationParameters.read(folder.resolve("a.png"))
                        .orElseThrow()
                        .settings())
                .containsEntry("Hires upscale", "1.5");
    }

    @Test
    void aUNetForInpaintingWantsAPictureAndAMask() {
        String inpainting = unet("inpainting.safetensors", 9);
        String sentence =
                "this model's U-Net takes 9 channels: it is made for inpainting, which needs a picture and a mask";
        assertFailure(2, sentence, "--unet", inpainting);
        assertFailure(2, sentence, "--unet", inpainting, "--image", stripes);
        assertFailure(
                2,
                "this model's U-Net takes 8 channels and the latents have 4: it is made for a task not known here",
                "--unet",
                unet("other.safetensors", 8),
                "--image",
                stripes);
    }

    /** Enough of a U-Net to be told, and not enough to be loaded. */
    private static String unet(String name, int channels) {
        Path file = inputs.resolve(name);
        Engine.infer(() -> {
            SafetensorsWriter.write(
                    file,
                    Map.of(
                            "conv_in.weight", Tensors.empty(16, channels, 3, 3).zero_(),
                            "down_blocks.0.resnets.0.norm1.weight",
                                    Tensors.empty(16).zero_()),
                    Map.of());
            return file;
        });
        return file.toString();
    }

    @Test
    void incompatibleOptionsAreRefused() {
        assertFailure(2, "mask (--mask) needs an original picture", "--mask", half);
        assertFailure(2, "strength (--strength) needs an original picture", "--strength=0.5");
        assertFailure(
                2,
                "mask (--mask) and extend (--extend) both set the area to redraw",
                "--image",
                stripes,
                "--mask",
                half,
                "--extend=8,8,8,8");
        assertFailure(2, "extend (--extend) takes 4 numbers", "--image", stripes, "--extend=8,8");
        assertFailure(2, "strength must be above 0", "--image", stripes, "--strength=0");
        assertFailure(2, "enlarged by a factor above 1", "--hires=1");
        assertFailure(2, "strength 0.1 of 4 steps leaves none", "--hires=2", "--hires-strength=0.1");
        assertFailure(1, "nowhere.png", "--image=nowhere.png");
    }

    private Image draw(String... options) {
        Path file = folder.resolve("a.png");
        Outcome outcome = generate(file, options);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Image.read(file);
    }

    private void assertFailure(int code, String sentence, String... options) {
        Path file = folder.resolve("none.png");
        Outcome outcome = generate(file, options);
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        assertThat(outcome.err()).contains(sentence).doesNotContain("\tat ");
        assertThat(file).doesNotExist();
    }

    private static Outcome generate(Path file, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("generate", "a boat", "--model=" + MODELS.resolve("sd15"), "--seed=1", "--out=" + file));
        arguments.addAll(List.of(options));
        addUnlessGiven(arguments, "--sampler", "ddim");
        addUnlessGiven(arguments, "--steps", "4");
        addUnlessGiven(arguments, "--guidance", "1");
        return Outcome.of(arguments.toArray(String[]::new));
    }

    private static void addUnlessGiven(List<String> arguments, String option, String value) {
        if (arguments.stream().noneMatch(argument -> argument.startsWith(option))) {
            arguments.add(option + "=" + value);
        }
    }

    /** Black and white stripes of {@code wide} columns, black first. */
    private static String write(String name, int width, int height, int wide) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) (i % width / wide % 2 == 0 ? 0 : 0xFF));
        }
        Path file = inputs.resolve(name);
        new Image(width, height, rgb).write(file);
        return file.toString();
    }
}
