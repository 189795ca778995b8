package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
    private static final Path SD15 = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aModelIsJudgedIntoATableAndAFile() throws IOException {
        TinyJudges.write(folder.resolve("judges/attributes"));
        int code = run(
                "--prompts",
                "test:3",
                "--batch",
                "2",
                "--judges",
                folder.resolve("judges").toString());
        assertThat(err.toString()).doesNotContain("failed");
        assertThat(code).isZero();
        assertThat(out.toString()).contains("attribute accuracy", "FID", "diversity", "ms per image", "batches of 2");
        assertThat(folder.resolve("out/report.json")).content().contains("\"images\" : 3.0");
    }

    @Test
    void batchesOfNoPictureAreRefused() {
        assertThat(run("--batch", "0", "--judges", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--batch is 0, it must be at least 1");
    }

    @Test
    void invalidNumbersOfPromptsAreRefused() {
        assertThat(run("--prompts", "all", "--judges", folder.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("\"all\" names no prompts: there is no such file; name a file, or write test: and a number");
    }

    @Test
    void aRunThatWasInterruptedIsContinuedAndEndsWithTheSameReport() throws IOException {
        TinyJudges.write(folder.resolve("judges/attributes"));
        String judges = folder.resolve("judges").toString();
        assertThat(run("--prompts", "test:3", "--judges", judges)).isZero();
        String whole = report();
        // The program ended while it wrote the last of the twelve judgements, three of which count.
        Path judgements = judgements().getFirst();
        String lines = Files.readString(judgements);
        Files.writeString(judgements, lines.substring(0, lines.length() - 10));

        assertThat(run("--prompts", "test:3", "--judges", judges)).isZero();
        assertThat(report()).isEqualTo(whole);
        assertThat(judgements).content().hasLineCount(1 + 4 * 3);
    }

    private String report() throws IOException {
        return Files.readString(folder.resolve("out/report.json")).replaceAll("\"ms per image\" : \\S+", "");
    }

    @Test
    void otherOptionsAreDrawnAndJudgedAgainInTheSameFolder() throws IOException {
        TinyJudges.write(folder.resolve("judges/attributes"));
        String judges = folder.resolve("judges").toString();
        assertThat(run("--prompts", "test:2", "--judges", judges)).isZero();
        assertThat(run("--prompts", "test:2", "--judges", judges)).isZero();
        assertThat(judgements()).hasSize(1);
        assertThat(run("--prompts", "test:2", "--judges", judges, "--hires", "2", "--hires-strength", "1"))
                .isZero();
        assertThat(judgements()).hasSize(2);
        assertThat(run("--prompts", "test:2", "--judges", judges, "--seed", "5"))
                .isZero();
        assertThat(judgements()).hasSize(3);
    }

    @Test
    void aLoraThatWasTrainedAgainAtTheSamePathIsJudgedAnew() throws IOException {
        TinyJudges.write(folder.resolve("judges/attributes"));
        String judges = folder.resolve("judges").toString();
        Path lora = folder.resolve("lora.safetensors");
        for (String name : List.of("sd15-a-kohya", "sd15-b-peft")) {
            Files.copy(
                    SD15.resolveSibling("loras").resolve(name + ".safetensors"),
                    lora,
                    StandardCopyOption.REPLACE_EXISTING);
            assertThat(run("--prompts", "test:2", "--judges", judges, "--lora", lora.toString()))
                    .as(err.toString())
                    .isZero();
        }
        assertThat(judgements()).hasSize(2);
    }

    /** The files of a model's judgements. */
    private List<Path> judgements() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("model-"))
                    .toList();
        }
    }

    @Test
    void aSinglePromptIsRefusedBecauseFidNeedsTwo() throws IOException {
        TinyJudges.write(folder.resolve("judges/attributes"));
        assertThat(run(
                        "--prompts",
                        "test:1",
                        "--judges",
                        folder.resolve("judges").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("an evaluation takes at least 2 prompts, not 1");
    }

    @Test
    void missingJudgesAreNamedBeforeAnythingIsDrawn() {
        assertThat(run(
                        "--prompts",
                        "test:2",
                        "--judges",
                        folder.resolve("nowhere").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains(folder.resolve("nowhere") + ": has no judges");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private int run(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("eval", "--model", SD15.toString(), "--steps", "1", "--size", "64x64", "--guidance", "1"));
        arguments.addAll(List.of("--out", folder.resolve("out").toString()));
        arguments.addAll(List.of(more));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }
}
