package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefinerOptionsTest {
    /** The project's own copy, whatever tree of golden data is put in its place elsewhere. */
    private static final Path MODELS = Path.of("../testdata/reference/pipelines/models");

    private static final String SDXL = "--model=" + MODELS.resolve("sdxl");
    private static final String REFINER = MODELS.resolve("sdxl-refiner").toString();

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @Test
    void aRefinerDrawsTheLastStepsAndIsWrittenIntoThePicture() {
        Image alone = drawn("alone.png", SDXL);
        Image refined = drawn("refined.png", SDXL, "--refiner", REFINER, "--refiner-from=0.5");
        assertThat(refined).isNotEqualTo(alone);
        assertThat(GenerationParameters.read(folder.resolve("refined.png"))
                        .orElseThrow()
                        .settings())
                .containsEntry("Refiner", "sdxl-refiner")
                .containsEntry("Refiner switch at", "0.5");
        String like = "--like=" + folder.resolve("refined.png");
        failed(
                "refiner_from (--refiner-from) lets a refiner draw the last steps, and sdxl was loaded without one: "
                        + "name it with --refiner",
                SDXL,
                like);
        assertThat(drawn("again.png", SDXL, like, "--refiner", REFINER)).isEqualTo(refined);
    }

    @Test
    void aRefinerIsReadFromOneFile() {
        String file = folder.resolve("refiner.safetensors").toString();
        assertThat(Outcome.of("convert", REFINER, "--out", file).code()).isZero();
        assertThat(Outcome.of("inspect", file).out()).contains("checkpoint of SDXL refiner");
        Image alone = drawn("alone.png", SDXL);
        assertThat(drawn("a.png", SDXL, "--refiner", file, "--refiner-config-from", REFINER, "--refiner-from=0.5"))
                .isNotEqualTo(alone);
        failed(
                "refiner.safetensors: is made for text embeddings 32 wide, those of the model in",
                SDXL,
                "--refiner",
                file,
                "--refiner-from=0.5");
    }

    @Test
    void incompatibleOptionsAreRefused() {
        String sd15 = "--model=" + MODELS.resolve("sd15");
        failed("sdxl-refiner: is a refiner of SDXL, the model in", sd15, "--refiner", REFINER, "--refiner-from=0.5");
        failed(
                "is a model of SDXL and no refiner of SDXL",
                SDXL,
                "--refiner=" + MODELS.resolve("sdxl"),
                "--refiner-from=0.5");
        failed(
                "none of 4 steps lies beyond 0.95 of the noise levels",
                SDXL,
                "--refiner",
                REFINER,
                "--refiner-from=0.95");
        failed(
                "a fraction of the noise levels above 0 and below 1, not after 1.5",
                SDXL,
                "--refiner",
                REFINER,
                "--refiner-from=1.5");
        failed("was loaded without one: name it with --refiner", SDXL, "--refiner-from=0.5");
        failed("nowhere: not found; --refiner takes a directory", SDXL, "--refiner=nowhere");
        failed(
                "sdxl-a-kohya.safetensors: does not match SDXL refiner: 342 of 354 modules fit no layer",
                "--model=" + REFINER,
                "--vae=" + MODELS.resolve("sdxl/vae"),
                "--lora=" + MODELS.resolve("loras/sdxl-a-kohya.safetensors"));
    }

    private Image drawn(String name, String... options) {
        Outcome outcome = generate(name, options);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Image.read(folder.resolve(name));
    }

    private void failed(String sentence, String... options) {
        Outcome outcome = generate("none.png", options);
        assertThat(outcome.code()).as(outcome.err()).isIn(1, 2);
        assertThat(outcome.err()).contains(sentence).doesNotContain("\tat ");
        assertThat(folder.resolve("none.png")).doesNotExist();
    }

    private Outcome generate(String name, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "generate",
                "a boat",
                "--size=64",
                "--steps=4",
                "--sampler=ddim",
                "--guidance=1",
                "--seed=1",
                "--out=" + folder.resolve(name)));
        arguments.addAll(List.of(options));
        return Outcome.of(arguments.toArray(String[]::new));
    }
}
