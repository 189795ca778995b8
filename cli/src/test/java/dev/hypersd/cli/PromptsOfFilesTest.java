package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code eval} and {@code compare} with prompts of files, for which there are no scenes. */
class PromptsOfFilesTest {
    private static final Path REFERENCE = Path.of(System.getProperty("hypersd.reference"));
    private static final Path SD15 = REFERENCE.resolve("pipelines/models/sd15");
    private static final Path SDXL = REFERENCE.resolve("pipelines/models/sdxl");

    @TempDir
    private Path folder;

    private Path prompts = Path.of("");
    private Path judges = Path.of("");

    @BeforeEach
    void write() throws IOException {
        prompts = Files.writeString(folder.resolve("prompts.jsonl"), """
            {"prompt": "a fox", "negative_prompt": "blur"}
            "a cat"
            {"prompt": "a dog", "seed": 40}
            """);
        judges = folder.resolve("judges");
        judge("clip");
    }

    /** A CLIP that knows nothing. */
    private void judge(String name) throws IOException {
        copy(REFERENCE.resolve("scorers/clip_score/model"), judges.resolve(name));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @Test
    void promptsOfAFileAreJudgedWithoutTheJudgesOfScenes() throws IOException {
        Outcome outcome = eval();
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("CLIP score")
                .doesNotContain("attribute accuracy")
                .doesNotContain("ground truth")
                .doesNotContain("FID  ")
                .contains("- prompts: %s, 3, fingerprint ".formatted(prompts))
                .contains("- pictures: 64x64, seeds 0")
                .containsPattern("- judge clip: fingerprint [0-9a-f]{8}, pictures .*crop");
        JsonNode report = report();
        assertThat(report.at("/protocol/prompts/count").asInt()).isEqualTo(3);
        assertThat(report.at("/protocol/program").asString()).startsWith("hypersd");
    }

    @Test
    void keptPicturesSayHowTheyWereMadeAndAreJudgedByOthersWithoutTheModel() throws IOException {
        assertThat(eval("--keep-pictures").code()).isZero();
        List<Path> kept = pictures();
        assertThat(kept).hasSize(3);
        assertThat(kept.stream().map(file -> GenerationParameters.read(file).orElseThrow()))
                .extracting(
                        GenerationParameters::prompt, made -> made.settings().get("Seed"))
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("a fox", "0"),
                        org.assertj.core.api.Assertions.tuple("a cat", "1"),
                        org.assertj.core.api.Assertions.tuple("a dog", "40"));

        judge("clip-other");
        new Image(64, 64, new byte[64 * 64 * 3]).write(kept.get(1));
        Outcome again = eval("--keep-pictures");
        assertThat(again.code()).isZero();
        assertThat(again.out()).contains("CLIP score (other)");
        // What was not drawn took no time, and the black picture was judged as it lies there.
        assertThat(report().path("model").has("ms per image")).isFalse();
        assertThat(Image.read(kept.get(1)).rgb()).containsOnly(0);
    }

    @Test
    void aPromptThatIsChangedIsDrawnAnewAndTheOthersAreNot() throws IOException {
        eval();
        Files.writeString(prompts, Files.readString(prompts).replace("a cat", "a red cat"));
        eval();
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            Path judged = files.filter(file -> file.toString().endsWith(".jsonl"))
                    .findFirst()
                    .orElseThrow();
            // The first line says what was judged.
            assertThat(Files.readAllLines(judged)).hasSize(1 + 3 + 1);
        }
    }

    @Test
    void distancesAreMeasuredToAFolderAndToTheFeaturesThatAreKeptOfIt() throws IOException {
        Path photographs = Files.createDirectories(folder.resolve("photographs"));
        for (int i = 0; i < 3; i++) {
            byte[] rgb = new byte[48 * 40 * 3];
            rgb[i] = (byte) (40 * i);
            new Image(48, 40, rgb).write(photographs.resolve(i + ".png"));
        }
        TinyJudges.write(judges.resolve("attributes"));
        assertThat(eval("--reference", photographs.toString()).code()).isZero();
        JsonNode first = report();
        assertThat(first.at("/model/FID").asDouble()).isPositive();
        assertThat(first.at("/protocol/reference").asString()).isEqualTo(photographs + ", 3 pictures");
        Path features = folder.resolve("out/features.safetensors");
        Path moved = Files.move(features, folder.resolve("moved.safetensors"));
        assertThat(eval("--reference", moved.toString()).code()).isZero();
        assertThat(report().at("/model/FID")).isEqualTo(first.at("/model/FID"));
        Outcome missing = eval("--reference", folder.resolve("nowhere").toString());
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("is neither a folder of pictures, nor a file of features (.safetensors)");
    }

    @Test
    void captionsOfCocoAreComparedWithTheirOwnImages() throws IOException {
        Path coco = Files.writeString(folder.resolve("coco.json"), """
            {"images": [{"id": 1, "file_name": "1.png"}, {"id": 2, "file_name": "2.png"}],
             "annotations": [{"id": 1, "image_id": 1, "caption": "a"}, {"id": 2, "image_id": 2, "caption": "b"}]}
            """);
        Path photographs = Files.createDirectories(folder.resolve("val2017"));
        for (String name : List.of("1.png", "2.png", "3.png")) {
            new Image(48, 40, new byte[48 * 40 * 3]).write(photographs.resolve(name));
        }
        TinyJudges.write(judges.resolve("attributes"));
        prompts = coco;
        assertThat(eval("--reference", photographs.toString()).code()).isZero();
        assertThat(report().at("/protocol/reference").asString()).isEqualTo(photographs + ", 2 pictures");
        Files.delete(photographs.resolve("2.png"));
        Outcome missing = eval("--reference", photographs.toString());
        assertThat(missing.err())
                .contains("not found, and %s has a caption of it (1 of 2 images are missing)".formatted(coco));
    }

    @Test
    void anotherReportStandsBesideIfItIsOfTheSameProtocol() throws IOException {
        eval();
        Path earlier = Files.move(folder.resolve("out/report.json"), folder.resolve("earlier.json"));
        Outcome beside = eval("--beside", earlier.toString(), "--steps", "2");
        assertThat(beside.code()).as(beside.err()).isZero();
        assertThat(beside.out().lines().filter(line -> line.startsWith("CLIP score")))
                .singleElement()
                .asString()
                .matches("CLIP score( +-?\\d+\\.\\d+){2}");
        Outcome other = eval("--beside", earlier.toString(), "--size", "96x96");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err())
                .contains("earlier.json is of another protocol, and its figures cannot be compared: "
                        + "sizes is [\"96x96\"] and was [\"64x64\"]");
    }

    @Test
    void contestantsOfSeveralModelsAreComparedByPrompt() throws IOException {
        Path recipe = Files.writeString(
                folder.resolve("recipe.yaml"), """
                    weights: %s
                    judges: judges
                    output: %s
                    prompts: prompts.jsonl
                    batch: 2
                    diversity_prompts: 0
                    baseline: large
                    pictures: true
                    methods:
                      - {name: small, model: %s, steps: 1, size: 64x64}
                      - {name: large, model: %s, steps: 1, size: 64x64, guidance: 2}
                      - {name: small again, model: %s, steps: [1, 2], size: 64x64, guidance: 4, negative_prompt: fog}
                    """.formatted(folder, folder.resolve("out"), SD15, SDXL, SD15));
        Outcome outcome = Outcome.of("compare", recipe.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("| small | 1 |", "| large | 1 |", "| small again | 2 |")
                .contains("Differences from large in 1 step over the same prompts and seeds, with standard errors:")
                .containsPattern("\\| small \\| 1 \\| 3 \\| [+-]\\d+\\.\\d\\d ± \\d+\\.\\d\\d \\|");
        // The baseline's model is loaded first; the other one once, for all that it draws.
        assertThat(outcome.err().lines().filter(line -> line.contains("seed 0")))
                .containsExactly(
                        "large, 1 steps, seed 0",
                        "small, 1 steps, seed 0",
                        "small again, 1 steps, seed 0",
                        "small again, 2 steps, seed 0");
        JsonNode results = Json.MAPPER.readTree(Files.readString(folder.resolve("out/results.json")));
        assertThat(results.at("/methods/0/differences/CLIP score/prompts").asInt())
                .isEqualTo(3);
        assertThat(results.at("/methods/1/differences").isEmpty()).isTrue();
        assertThat(pictures()).hasSize(12);

        Outcome again = Outcome.of("compare", recipe.toString());
        assertThat(again.out()).isEqualTo(outcome.out());
    }

    @Test
    void aMethodEndsEarlyWhereItsDifferencesAreClear() throws IOException {
        Path many = folder.resolve("many.txt");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            lines.add("a fox number " + i);
        }
        Files.write(many, lines);
        // The other method draws black pictures, nearly: the score differs by much more than it varies.
        Path recipe = Files.writeString(
                folder.resolve("recipe.yaml"), """
                    judges: %s
                    output: %s
                    prompts: %s
                    batch: 6
                    diversity_prompts: 0
                    model: %s
                    stop_when_clear: {level: 0.05, looks: 2}
                    defaults: {size: 32x32, steps: 1}
                    methods:
                      - {name: base}
                      - {name: other, guidance: 30, sampler: euler}
                      - {name: base again, guidance: 1.01}
                    """.formatted(judges, folder.resolve("out"), many, SD15));
        Outcome outcome = Outcome.of("compare", recipe.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode results = Json.MAPPER.readTree(Files.readString(folder.resolve("out/results.json")));
        assertThat(results.at("/methods/0/pictures").asInt()).isEqualTo(60);
        double mean = results.at("/methods/1/differences/CLIP score/mean").asDouble();
        double error =
                results.at("/methods/1/differences/CLIP score/standard_error").asDouble();
        boolean isClear = Math.abs(mean) > 3.5 * error;
        assertThat(results.at("/methods/1/pictures").asInt()).isEqualTo(isClear ? 30 : 60);
        assertThat(outcome.err().contains("differences are clear after 30 prompts"))
                .isEqualTo(isClear);
        assertThat(outcome.out()).contains("Early end: a method ends at the first of 2 looks");
    }

    @Test
    void aDryRunSaysWhatIsMissingAndWhatItTakes() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            weights: %s
            judges: judges
            required_judges: [clip, aesthetic]
            output: out
            prompts: prompts.jsonl
            defaults: {steps: 1, size: 64x64}
            methods:
              - {name: here, model: %s}
              - {name: not here, model: sd15, unet: some.safetensors, loras: [style.safetensors]}
            """.formatted(folder, SD15));
        Outcome outcome = Outcome.of("compare", recipe.toString(), "--dry-run");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out().lines())
                .contains(
                        "Missing:",
                        "  %s (judge)".formatted(judges.resolve("aesthetic")),
                        "  %s (for not here)".formatted(folder.resolve("sd15")),
                        "  %s (for not here)".formatted(folder.resolve("some.safetensors")),
                        "  %s (for not here)".formatted(folder.resolve("style.safetensors")))
                .anyMatch(line ->
                        line.startsWith("here, 1 steps: 12 pictures of 64x64, 0.0 TFLOP each: about 1 s, 0.0 GiB"));
        assertThat(Path.of("out")).doesNotExist();

        Outcome real = Outcome.of("compare", recipe.toString());
        assertThat(real.err()).contains("aesthetic: is missing; the recipe asks for this judge");
    }

    private JsonNode report() throws IOException {
        return Json.MAPPER.readTree(Files.readString(folder.resolve("out/report.json")));
    }

    private List<Path> pictures() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("out/pictures"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .toList();
        }
    }

    private Outcome eval(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "eval",
                "--model",
                SD15.toString(),
                "--guidance",
                "1",
                "--prompts",
                prompts.toString(),
                "--judges",
                judges.toString(),
                "--out",
                folder.resolve("out").toString()));
        if (!List.of(more).contains("--steps")) {
            arguments.addAll(List.of("--steps", "1"));
        }
        if (!List.of(more).contains("--size")) {
            arguments.addAll(List.of("--size", "64x64"));
        }
        arguments.addAll(List.of(more));
        return Outcome.of(arguments.toArray(String[]::new));
    }
}
