package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.scene.ContactSheet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Presets and defaults are the same for every command that draws. Pictures of {@code generate} say what they were drawn
 * with; {@code eval} knows a picture again that it has judged; and {@code compare} shows the pictures of
 * {@code generate}.
 */
class EveryCommandAppliesPresetsAlikeTest {
    /** A name by which a preset is found: one step at timestep 800 by LCM. */
    private static final String ONE_STEP = "Hyper-SDXL-1step-Unet";

    /** A name by which a preset is found: TCD with an eta of 1. */
    private static final String WITH_ETA = "merged-Hyper-SD15-1step-lora";

    private static final Path SD15 = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");

    @TempDir
    static Path models;

    @TempDir
    private Path folder;

    private Path original = Path.of("");

    @BeforeAll
    static void makeModelsAndJudges() throws IOException {
        for (String name : List.of(ONE_STEP, WITH_ETA)) {
            copy(SD15, models.resolve(name));
        }
        TinyJudges.write(models.resolve("judges/attributes"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private void makeAnOriginal() {
        original = folder.resolve("original.png");
        new Image(64, 64, new byte[3 * 64 * 64]).write(original);
    }

    @Test
    void generateKeepsThePresetsOwnTimestepWhereAsManyStepsAreAskedFor() {
        assertThat(generated(ONE_STEP, "--steps=1"))
                .isEqualTo(generated(ONE_STEP))
                .containsEntry("Timesteps", "800")
                .containsEntry("Sampler", "LCM");
        assertThat(generated(ONE_STEP, "--steps=2"))
                .doesNotContainKey("Timesteps")
                .containsEntry("Steps", "2");
    }

    @Test
    void generateDrawsWithThePresetsEtaUnlessAnotherIsChosenZeroIncluded() {
        assertThat(generated(WITH_ETA, "--steps=2")).containsEntry("Eta", "1");
        assertThat(generated(WITH_ETA, "--steps=2", "--eta=0")).containsEntry("Eta", "0");
    }

    @Test
    void generateDrawsWithThePresetsEtaWhereThePresetsSamplerIsNamed() {
        assertThat(generated(WITH_ETA, "--steps=2", "--sampler=tcd")).containsEntry("Eta", "1");
        assertThat(generated(WITH_ETA, "--steps=2", "--sampler=ddim")).containsEntry("Eta", "0");
    }

    @Test
    void generateDrawsAnewAllOfAMaskAndThreeQuartersOfAPicture() {
        makeAnOriginal();
        String image = "--image=" + original;
        assertThat(generated(WITH_ETA, "--steps=2", image)).containsEntry("Denoising strength", "0.75");
        assertThat(generated(WITH_ETA, "--steps=2", image, "--mask=" + original))
                .containsEntry("Denoising strength", "1");
    }

    @Test
    void evalDrawsAtThePresetsOwnTimestepWhereAsManyStepsAreAskedFor() throws IOException {
        assertThat(judged(ONE_STEP)).isEqualTo(1);
        assertThat(judged(ONE_STEP, "--steps=1")).isEqualTo(1);
        assertThat(judged(ONE_STEP, "--timesteps=800")).isEqualTo(1);
        assertThat(judged(ONE_STEP, "--timesteps=999")).isEqualTo(2);
    }

    @Test
    void evalDrawsWithThePresetsEtaUnlessAnotherIsChosenZeroIncluded() throws IOException {
        assertThat(judged(WITH_ETA, "--steps=2")).isEqualTo(1);
        assertThat(judged(WITH_ETA, "--steps=2", "--eta=1")).isEqualTo(1);
        assertThat(judged(WITH_ETA, "--steps=2", "--sampler=tcd")).isEqualTo(1);
        assertThat(judged(WITH_ETA, "--steps=2", "--eta=0")).isEqualTo(2);
    }

    @Test
    void evalDrawsAnewAllOfAMaskAndThreeQuartersOfAPicture() throws IOException {
        makeAnOriginal();
        String image = "--image=" + original;
        String mask = "--mask=" + original;
        assertThat(judged(WITH_ETA, "--steps=2", image)).isEqualTo(1);
        assertThat(judged(WITH_ETA, "--steps=2", image, "--strength=0.75")).isEqualTo(1);
        assertThat(judged(WITH_ETA, "--steps=2", image, mask)).isEqualTo(2);
        assertThat(judged(WITH_ETA, "--steps=2", image, mask, "--strength=1")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ONE_STEP + " | 1 |          | --timesteps=800 --sampler=lcm",
                WITH_ETA + " | 2 |          | --steps=2 --sampler=tcd --eta=1",
                WITH_ETA + " | 2 | , eta: 0 | --steps=2 --sampler=tcd --eta=0",
            })
    void compareDrawsWithThePresetAsGenerateDoes(String model, int steps, String keys, String options)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
        arguments.addAll(List.of("--preset=none", "--guidance=1"));
        generated(model, arguments.toArray(String[]::new));
        Image alone = Image.read(folder.resolve("drawn.png"));
        Image sheet = ContactSheet.of(List.of(new ContactSheet.Entry(alone, "method: a red star")), 1);
        assertThat(compared(model, "steps: [%d]%s".formatted(steps, keys == null ? "" : keys))
                        .resolve("pictures-%d.png".formatted(steps)))
                .satisfies(file -> assertThat(Image.read(file)).isEqualTo(sheet));
    }

    /** Returns the parameters of the picture that {@code generate} draws. */
    private Map<String, String> generated(String model, String... options) {
        Path file = folder.resolve("drawn.png");
        run("generate", model, Stream.concat(Stream.of("a red star", "--seed=0", "--out=" + file), Stream.of(options)));
        return GenerationParameters.read(file).orElseThrow().settings();
    }

    /** Returns the number of judged sets of pictures after those of these options. */
    private long judged(String model, String... options) throws IOException {
        Path output = folder.resolve("judged");
        run(
                "eval",
                model,
                Stream.concat(
                        Stream.of("--prompts=test:2", "--judges=" + models.resolve("judges"), "--out=" + output),
                        Stream.of(options)));
        try (Stream<Path> files = Files.list(output)) {
            return files.filter(file -> file.getFileName().toString().startsWith("model-"))
                    .count();
        }
    }

    /** The folder with the sheets of one method. */
    private Path compared(String model, String keys) throws IOException {
        Path output = folder.resolve("compared");
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            model: %s
            judges: %s
            output: %s
            prompts: 2
            diversity_prompts: 1
            sample_prompts: [a red star]
            methods: [{name: method, %s}]
            """.formatted(
                        models.resolve(model), models.resolve("judges"), output, keys));
        Outcome outcome = Outcome.of("compare", recipe.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return output;
    }

    private static void run(String command, String model, Stream<String> options) {
        Outcome outcome = Outcome.of(Stream.concat(Stream.of(command, "--model=" + models.resolve(model)), options)
                .toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
    }
}
