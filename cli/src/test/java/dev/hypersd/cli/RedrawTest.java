package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures drawn again by what they say of themselves. */
class RedrawTest {
    private static final Path MODELS = Path.of(System.getProperty("hypersd.reference"), "pipelines/models");
    private static final String LORA =
            MODELS.resolve("loras/sd15-a-kohya.safetensors").toString();

    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\n(.*?)\n \\* }</pre>", Pattern.DOTALL);

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--steps=3 --sampler=tcd --eta=0.7 --guidance=1",
                "--steps=2 --sampler=tcd --eta=0 --guidance=1",
                "--steps=3 --sampler=ddim --guidance=4 --negative=blurry --guidance-rescale=0.5",
                "--steps=2 --guidance=1 --clip-skip=1 --prompt-syntax=weighted",
                "--steps=3 --sampler=dpmpp_2m_karras --guidance=1 --hires=1.5 --hires-strength=0.7",
            })
    void aPictureIsDrawnAgain(String options) {
        List<String> arguments = new ArrayList<>(List.of("a (boat:1.3)", "--size=64x72", "--seed=5"));
        arguments.addAll(List.of(options.split(" ")));
        Image first = drawn("first.png", arguments.toArray(String[]::new));
        assertThat(drawn("again.png", "--like=" + folder.resolve("first.png"))).isEqualTo(first);
    }

    /** The example in the Javadoc of GenerationOptions, as it stands but for the folder. */
    @Test
    void theExampleOfTheDocumentationDrawsAPictureAgain() throws Exception {
        Image first =
                drawn("fox.png", "a (fox:1.3)", "--size=64x72", "--seed=5", "--steps=2", "--prompt-syntax=weighted");
        String documented =
                Files.readString(Path.of("..", "core/src/main/java/dev/hypersd/request/GenerationOptions.java"));
        Matcher example = EXAMPLE.matcher(documented);
        assertThat(example.find()).isTrue();
        Path source = Files.writeString(folder.resolve("Redraw.java"), """
                import dev.hypersd.pipeline.*;
                import dev.hypersd.request.*;
                import java.nio.file.Path;

                public class Redraw {
                    public static void main(String[] arguments) {
                %s
                    }
                }
                """.formatted(example.group(1)
                .replaceAll("(?m)^ \\*", "")
                .replace("Path.of(\"sd15\")", "Path.of(arguments[0], \"sd15\")")
                .replaceAll("Path.of\\((?=\")", "Path.of(arguments[1], ")));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-cp", System.getProperty("java.class.path"), source.toString()))
                .isZero();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            loader.loadClass("Redraw").getMethod("main", String[].class).invoke(null, (Object)
                    new String[] {MODELS.toString(), folder.toString()});
        }
        assertThat(Image.read(folder.resolve("again.png"))).isEqualTo(first);
        assertThat(GenerationParameters.read(folder.resolve("again.png")))
                .isEqualTo(GenerationParameters.read(folder.resolve("fox.png")));
    }

    @Test
    void givenOptionsOverrideDefaults() {
        drawn("first.png", "a boat", "--size=64", "--seed=5", "--steps=2", "--sampler=ddim", "--guidance=1");
        Image other = drawn("other.png", "a cat", "--like=" + folder.resolve("first.png"), "--seed=6");
        assertThat(GenerationParameters.read(folder.resolve("other.png")).orElseThrow())
                .satisfies(p -> assertThat(p.prompt()).isEqualTo("a cat"))
                .satisfies(
                        p -> assertThat(p.settings()).containsEntry("Seed", "6").containsEntry("Steps", "2"));
        assertThat(other.width()).isEqualTo(64);
    }

    @Test
    void lorasMustBeNamedAndKeepTheirWeights() {
        Image first = drawn(
                "first.png",
                "a boat",
                "--size=64",
                "--seed=5",
                "--steps=1",
                "--sampler=ddim",
                "--guidance=1",
                "--lora=" + LORA + ":0.6");
        String like = "--like=" + folder.resolve("first.png");
        failed("sd15-a-kohya.safetensors: not found; name the file of the LoRA with --lora", like);
        assertThat(drawn("again.png", like, "--lora=" + LORA)).isEqualTo(first);
    }

    @Test
    void inputsThatAPictureDoesNotHoldMustBeGiven() {
        Path plain = folder.resolve("plain.png");
        Image picture =
                drawn("first.png", "a boat", "--size=64", "--seed=5", "--steps=2", "--sampler=ddim", "--guidance=1");
        picture.write(plain);
        failed("plain.png: has no parameters that say how it was made", "--like=" + plain);
        failed("say what to draw: a prompt, --like and a picture");
        drawn("on.png", "a boat", "--image=" + plain, "--steps=2", "--sampler=ddim", "--guidance=1", "--seed=1");
        failed("needs an original picture: name it with image (--image)", "--like=" + folder.resolve("on.png"));
        String control = MODELS.resolve("controlnet-sd15").toString();
        drawn(
                "led.png",
                "a boat",
                "--control",
                control,
                "--control-image=" + plain,
                "--steps=2",
                "--sampler=ddim",
                "--guidance=1",
                "--seed=1");
        failed(
                "controlnet-sd15: not found; name the file of the ControlNet with --control",
                "--like=" + folder.resolve("led.png"));
    }

    @Test
    void aPictureOfAnotherProgramIsRedrawnAsFarAsItsParametersAreKnown() {
        Path file = folder.resolve("other.webp");
        new Image(8, 8, new byte[192])
                .write(
                        file,
                        GenerationParameters.parse(
                                "a boat\nSteps: 2, Sampler: Restart, CFG scale: 1, Seed: 3, Size: 64x64, Model: zoo"));
        failed("there is no sampler \"Restart\"", "--like=" + file);
        Outcome outcome = generate("a.png", "--like=" + file, "--sampler=euler");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("these options are for the model zoo, and it is sd15 that draws");
    }

    @Test
    void entriesThatCannotBeReadAreReportedAndTheRestIsUsed() {
        Path file = folder.resolve("odd.png");
        new Image(8, 8, new byte[192])
                .write(
                        file,
                        GenerationParameters.parse("a boat\nSteps: 1, Sampler: Euler, CFG scale: auto, "
                                + "Seed: 18446744073709551615, Size: 64x64"));
        String warning = "the entry \"CFG scale: auto\" of the picture is left out: guidance (--guidance) must be";
        Outcome outcome = generate("{seed}.png", "--like=" + file, "--guidance=1");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).containsOnlyOnce(warning);
        assertThat(GenerationParameters.read(folder.resolve("18446744073709551615.png"))
                        .orElseThrow()
                        .setting("Seed"))
                .hasValue("18446744073709551615");
        assertThat(Outcome.of("show", file.toString()).err()).contains(warning);
    }

    @Test
    void allPicturesAreOnTheSheet() {
        Path sheet = folder.resolve("sheet.webp");
        Outcome outcome = generate(
                "{seed}.webp",
                "a boat",
                "--size=64",
                "--seed=5",
                "--steps=1",
                "--sampler=ddim",
                "--guidance=1",
                "--count=3",
                "--sheet=" + sheet);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(sheet).isNotEmptyFile();
        assertThat(folder.resolve("7.webp")).isNotEmptyFile();
    }

    private Image drawn(String name, String... options) {
        Outcome outcome = generate(name, options);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Image.read(folder.resolve(name));
    }

    private void failed(String sentence, String... options) {
        Outcome outcome = generate("none.png", options);
        assertThat(outcome.code()).isIn(1, 2);
        assertThat(outcome.err()).contains(sentence).doesNotContain("\tat ");
    }

    private Outcome generate(String name, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("generate", "--model=" + MODELS.resolve("sd15"), "--out=" + folder.resolve(name)));
        arguments.addAll(List.of(options));
        return Outcome.of(arguments.toArray(String[]::new));
    }
}
