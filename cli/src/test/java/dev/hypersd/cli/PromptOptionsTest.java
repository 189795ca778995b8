package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts with weights and wildcards from the command line. */
class PromptOptionsTest {
    private static final Path SD15 =
            Path.of(System.getProperty("hypersd.reference")).resolve("pipelines/models/sd15");

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @Test
    void longPromptsAreCutWithAWarningOrTakenInParts() {
        String prompt = "a small red cat ".repeat(40);
        assertThat(generate(prompt).err()).contains("the prompt is longer than the 77 tokens");
        assertThat(generate(prompt, "--prompt-syntax=weighted").err()).doesNotContain("longer than");
        assertThat(Outcome.of("generate", "a cat", "--prompt-syntax=fancy").code())
                .isEqualTo(2);
    }

    @Test
    void everyPictureOfABatchHasItsOwnWords() throws IOException {
        Files.writeString(folder.resolve("animal.txt"), String.join("\n", List.of("cat", "dog", "fox", "owl")));
        generate("a __animal__", "--wildcards=" + folder, "--count=6", "--batch=4");
        List<String> prompts = IntStream.range(0, 6)
                .mapToObj(i -> GenerationParameters.read(folder.resolve((3 + i) + ".png"))
                        .orElseThrow()
                        .prompt())
                .toList();
        assertThat(prompts)
                .allMatch(prompt -> prompt.matches("a (cat|dog|fox|owl)"))
                .doesNotContain("a __animal__");
        assertThat(prompts.stream().distinct().count()).isGreaterThan(1);
        generate("a __animal__", "--wildcards=" + folder, "--seed=5");
        assertThat(GenerationParameters.read(folder.resolve("5.png"))
                        .orElseThrow()
                        .prompt())
                .isEqualTo(prompts.get(2));
        assertThat(Outcome.of("generate", "a __bird__", "--wildcards=" + folder, "--model=" + SD15, "--seed=1")
                        .err())
                .contains("bird.txt: not found");
    }

    @Test
    void aLearnedWordIsUsedByItsNameOrAnotherAndNamedInThePicture() {
        Path file = word(24);
        for (String option : List.of(file.toString(), file + ":blob")) {
            generate("a style, a blob", "--embedding=" + option);
            assertThat(GenerationParameters.read(folder.resolve("3.png"))
                            .orElseThrow()
                            .settings())
                    .containsEntry("Embeddings", "style.safetensors" + (option.endsWith("blob") ? ":blob" : ""));
        }
        Outcome refused = Outcome.of(
                "generate", "a style", "--model=" + SD15, "--embedding=" + word(7), "--out=" + folder + "/a.png");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("style.safetensors: is a word for text encoders [7] wide");
    }

    private Path word(int width) {
        Path file = folder.resolve("style.safetensors");
        Engine.infer(() -> {
            SafetensorsWriter.write(file, Map.of("emb_params", Tensors.of(new float[2 * width], 2, width)), Map.of());
            return file;
        });
        return file;
    }

    private Outcome generate(String prompt, String... options) {
        String[] all = {
            "generate",
            prompt,
            "--model=" + SD15,
            "--steps=1",
            "--size=64",
            "--sampler=ddim",
            "--guidance=1",
            "--out=" + folder.resolve("{seed}.png")
        };
        boolean seeded = List.of(options).stream().anyMatch(option -> option.startsWith("--seed"));
        Outcome outcome = Outcome.of(Stream.of(
                        Arrays.stream(all),
                        Arrays.stream(options),
                        seeded ? Stream.<String>empty() : Stream.of("--seed=3"))
                .flatMap(s -> s)
                .toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome;
    }
}
