package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.mini.EmbeddedModel;
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
import tools.jackson.databind.JsonNode;

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
    void aSinglePromptHasFiguresAndNoDistances() throws IOException {
        TinyJudges.write(folder.resolve("judges/attributes"));
        assertThat(run(
                        "--prompts",
                        "test:1",
                        "--judges",
                        folder.resolve("judges").toString()))
                .isZero();
        assertThat(out.toString())
                .contains("attribute accuracy", "diversity", "a single picture has no distances such as FID")
                .doesNotContain("KID deviation");
    }

    @Test
    void aModelIsComparedWithThePicturesThatItWasTrainedOn() throws IOException {
        Path data = data();
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "a red cat\na blue house\na moon\n");
        List<String> arguments =
                List.of("--data", data.toString(), "--judges", judges(), "--prompts", prompts.toString());
        assertThat(run(arguments.toArray(String[]::new))).isZero();

        JsonNode report = Json.MAPPER.readTree(Files.readString(folder.resolve("out/report.json")));
        assertThat(report.path("model").propertyNames())
                .contains("CLIP score", "FID (clip)", "KID (clip)", "CMMD (clip)", "diversity (clip)", "copies (clip)")
                .contains("nearest (clip)")
                .doesNotContain("FID");
        assertThat(report.path("data").path("images").asDouble()).isEqualTo(4);
        assertThat(report.path("data").propertyNames()).contains("CLIP score").doesNotContain("FID (clip)");
        assertThat(report.path("protocol").path("reference").asString()).isEqualTo(data + ", 4 pictures");
        assertThat(Files.readAllLines(folder.resolve("out/nearest.jsonl"))).hasSize(3);
        assertThat(Image.read(folder.resolve("out/nearest.png")).width()).isGreaterThan(6 * 64);
        String table = out.toString();

        out.getBuffer().setLength(0);
        assertThat(run(arguments.toArray(String[]::new))).isZero();
        assertThat(out.toString()).as("nothing is drawn again").isEqualTo(table);
    }

    @Test
    void picturesThatWereLearnedByHeartAreFound() throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "a red cat\na blue house\na moon\n");
        List<String> draw = List.of("--judges", judges(), "--prompts", prompts.toString(), "--keep-pictures");
        assertThat(run(draw.toArray(String[]::new))).isZero();
        Path drawn;
        try (Stream<Path> folders = Files.list(folder.resolve("out/pictures"))) {
            drawn = folders.findFirst().orElseThrow();
        }
        try (Stream<Path> pictures = Files.list(drawn)) {
            for (Path picture : pictures.toList()) {
                String name = picture.getFileName().toString();
                Files.writeString(drawn.resolve(name.replace(".png", ".txt")), "a picture");
            }
        }

        assertThat(run("--data", drawn.toString(), "--judges", judges(), "--prompts", prompts.toString()))
                .isZero();
        JsonNode report = Json.MAPPER.readTree(Files.readString(folder.resolve("out/report.json")));
        assertThat(report.path("model").path("copies (clip)").asDouble()).isEqualTo(1);
        assertThat(report.path("model").path("nearest (clip)").asDouble()).isLessThan(1e-3);
        assertThat(Files.readString(folder.resolve("out/nearest.jsonl")).lines())
                .allMatch(line -> line.contains("\"copy\":true"));
    }

    @Test
    void whatDoesNotGoTogetherWithOwnDataIsRefused() throws IOException {
        String data = data().toString();
        assertThat(run("--data", data)).isEqualTo(2);
        assertThat(run("--data", data, "--judges", judges(), "--reference", data))
                .isEqualTo(2);
        assertThat(run("--data", data, "--judges", judges(), "--prompts", "test:3"))
                .isEqualTo(2);
        assertThat(run("--prompts", "test:3", "--judges", judges(), "--features", "clap"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--data takes --judges")
                .contains("--data and --reference both say what distances are measured to")
                .contains("--prompts test:3 are captions of scenes")
                .contains(
                        "--features clap is no judge that gives features; known are attributes, inception, cmmd, clip");
    }

    private static String judges() {
        return EmbeddedModel.judges().toString();
    }

    /** Four captioned pictures. */
    private Path data() {
        Path data = folder.resolve("data");
        Main.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(new StringWriter()),
                "data",
                "scenes",
                "--out",
                data.toString(),
                "--count",
                "4",
                "--size",
                "64");
        return data;
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
