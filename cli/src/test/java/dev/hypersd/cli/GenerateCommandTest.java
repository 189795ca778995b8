package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The command as a user meets it: one sentence for each wrong input, nothing half-written, and pictures that repeat.
 */
class GenerateCommandTest {
    private static final Path REFERENCE = Path.of(System.getProperty("hypersd.reference"));
    private static final Path SD15 = REFERENCE.resolve("pipelines/models/sd15");
    private static final Path LORAS = REFERENCE.resolve("pipelines/models/loras");

    @TempDir
    static Path shared;

    private static Path tiny = Path.of("");

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeAModel() {
        tiny = shared.resolve("tiny");
        RandomModel.write(tiny, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
    }

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @Test
    void aPictureCarriesTheParametersItWasMadeBy() {
        assertThat(draw("--seed", "7", "--steps", "2", "--sampler", "tcd", "--out", file("a.png")))
                .isZero();
        assertThat(out.toString().strip()).isEqualTo(file("a.png"));
        GenerationParameters parameters =
                GenerationParameters.read(Path.of(file("a.png"))).orElseThrow();
        assertThat(parameters.prompt()).isEqualTo("a red boat");
        assertThat(parameters.settings())
                .containsEntry("Seed", "7")
                .containsEntry("Steps", "2")
                .containsKey("Size");
    }

    @Test
    void aJpegIsChosenByExtension() throws IOException {
        assertThat(draw("--seed", "7", "--steps", "1", "--out", file("a.jpg"))).isZero();
        assertThat(Files.readAllBytes(Path.of(file("a.jpg")))).startsWith(0xff, 0xd8);
        assertThat(GenerationParameters.read(Path.of(file("a.jpg")))).isPresent();
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        draw("--seed", "7", "--steps", "2", "--out", file("a.png"));
        draw("--seed", "7", "--steps", "2", "--out", file("b.png"));
        draw("--seed", "8", "--steps", "2", "--out", file("c.png"));
        byte[] first = Files.readAllBytes(Path.of(file("a.png")));
        assertThat(Files.readAllBytes(Path.of(file("b.png")))).isEqualTo(first);
        assertThat(Files.readAllBytes(Path.of(file("c.png")))).isNotEqualTo(first);
    }

    @Test
    void autoIsTheTypeThatTheProcessorMultipliesFastest() throws IOException {
        String fastest = Engine.fastestDtype().name();
        draw("--seed", "7", "--steps", "1", "--dtype", "auto", "--out", file("a.png"));
        draw("--seed", "7", "--steps", "1", "--dtype", fastest, "--out", file("b.png"));
        assertThat(Files.readAllBytes(Path.of(file("a.png")))).isEqualTo(Files.readAllBytes(Path.of(file("b.png"))));
    }

    @Test
    void aPictureDoesNotDependOnItsBatch() {
        String[] how = {"--seed", "5", "--steps", "2", "--sampler", "tcd", "--eta", "0.5", "--guidance", "0"};
        draw(join(how, "--count", "3", "--batch", "2", "--out", file("batch-{seed}.png")));
        assertThat(out.toString().lines()).hasSize(3);
        for (int seed = 5; seed < 8; seed++) {
            how[1] = Integer.toString(seed);
            draw(join(how, "--out", file("single.png")));
            byte[] alone = Image.read(Path.of(file("single.png"))).rgb();
            byte[] together =
                    Image.read(Path.of(file("batch-" + seed + ".png"))).rgb();
            for (int i = 0; i < alone.length; i++) {
                // Sums of a batch may be taken in another order: one grey level.
                assertThat(Math.abs((alone[i] & 0xff) - (together[i] & 0xff))).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void aFileOfPromptsIsDrawnOnceAndWhatFailsIsListed() throws IOException {
        Path prompts = Files.writeString(folder.resolve("p.csv"), """
            prompt,seed,size
            a red boat,7,16x16
            a fox,8,15x16
            """);
        String[] how = {"--model", tiny.toString(), "--steps", "2", "--sampler", "tcd", "--guidance", "1"};
        assertThat(run(join(how, "--prompts", prompts.toString(), "--out", file("many"))))
                .isEqualTo(1);
        assertThat(err.toString()).contains("1 drawn, 0 were there, 1 failed");
        assertThat(folder.resolve("many/failures.jsonl"))
                .content()
                .contains("\"row\":2")
                .contains("not 15");
        run(join(how, "--prompts", prompts.toString(), "--out", file("many")));
        assertThat(err.toString()).contains("0 drawn, 1 were there, 1 failed");
        assertThat(run(join(how, "a red boat", "--seed", "7", "--size", "16x16", "--out", file("one.png"))))
                .isZero();
        assertThat(folder.resolve("many/00000000.png")).hasSameBinaryContentAs(folder.resolve("one.png"));
        assertThat(run(join(how, "--prompts", prompts.toString()))).isEqualTo(2);
        assertThat(err.toString()).contains("say where the pictures of --prompts go: --out and a folder");
    }

    @Test
    void jsonIsOneObjectForEachPicture() {
        assertThat(draw("--json", "--count", "2", "--seed", "3", "--steps", "1", "--out", file("{index}.png")))
                .isZero();
        List<JsonNode> lines = out.toString().lines().map(Json.MAPPER::readTree).toList();
        assertThat(lines).extracting(line -> line.get("seed").asInt()).containsExactly(3, 4);
        assertThat(lines.getFirst().get("file").asString()).endsWith("1.png");
    }

    @Test
    void aPresetIsChosenByTheFileNamePrintedAndWarnsOfGuidance() throws IOException {
        Path lora = folder.resolve("Hyper-SD15-4steps-lora.safetensors");
        Files.copy(LORAS.resolve("sd15-a-kohya.safetensors"), lora);
        assertThat(run(
                        "a boat",
                        "--model",
                        SD15.toString(),
                        "--lora",
                        lora.toString(),
                        "--guidance",
                        "5",
                        "--out",
                        file("a.png")))
                .isZero();
        assertThat(err.toString())
                .contains("preset hyper-sd15-4steps: ddim, 4 steps, guidance 0")
                .contains("guidance 5 burns the picture");
        assertThat(GenerationParameters.read(Path.of(file("a.png")))
                        .orElseThrow()
                        .settings())
                .containsEntry("Steps", "4");
    }

    @Test
    void aPromptThatIsTooLongIsDrawnWithoutItsEndAndAWarningSaysSo() {
        String end = "the very last words";
        assertThat(run("sea ".repeat(90) + end, "--model", SD15.toString(), "--steps", "1", "--out", file("a.png")))
                .isZero();
        assertThat(err.toString())
                .contains("warning: the prompt is longer than the 77 tokens")
                .contains(end);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --sampler tdc             | there is no sampler "tdc"; did you mean tcd?
        --preset hyper-sd15-4step | there is no preset "hyper-sd15-4step"; did you mean hyper-sd15-4steps?
        --size 100x64             | width must be a multiple of 8, not 100; 96 and 104 are the nearest
        --size 64x9000            | height must lie between 8 and 8192 pixels, not 9000
        --size large              | "large" is not a size; write WIDTHxHEIGHT
        --steps 0                 | the number of steps must be at least 1, not 0
        --steps 5000              | 5000 steps
        --guidance -1             | guidance scale must be a number from 0 (off) to 10000, not -1
        --seed 18446744073709551615 --count 2 | 2 pictures from seed 18446744073709551615 on go beyond
        --seed -5                 | must be a whole number from 0 to 18446744073709551615, not "-5"
        --count 0                 | --count and --batch must be at least 1, not 0 and 1
        --out a.tiff              | a.tiff: pictures are written as .png, .jpg, .jpeg or .webp
        --out no/such/place/a.png | the folder of --out does not exist
        --out {seed}/a.png        | the folder of --out does not exist
        --sampler euler --eta 1   | sampler euler has no eta
        --dtype f8                | "f8" is not a known type; write one of auto, f32, bf16, f16, int8
        --dtype i64               | "i64" is not a known type; write one of auto, f32, bf16, f16, int8
        --dtype int8 --weights as_stored | int8 computes on the CPU with weights that it converts; leave out --weights
        --device tpu              | there is no device "tpu"; known are cpu and cuda
        --no-such-option          | unknown argument --no-such-option
        --lora x.safetensors:much | "much" is not a weight; write FILE or FILE:WEIGHT
        """)
    void wrongUsageIsReportedInOneSentence(String options, String sentence) {
        assertThat(draw(Stream.concat(Stream.of("--steps=1"), Stream.of(options.split(" ")))
                        .skip(options.startsWith("--steps") ? 1 : 0)
                        .toArray(String[]::new)))
                .isEqualTo(2);
        assertThat(err.toString()).contains("hypersd: ").contains(sentence).doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void withoutAModelTheEmbeddedOneDraws() {
        assertThat(run("a red boat on the sea", "--seed", "1", "--steps", "2", "--out", file("boat.png")))
                .isZero();
        assertThat(err.toString()).contains("preset mini");
        Image boat = Image.read(folder.resolve("boat.png"));
        assertThat(boat.width()).isEqualTo(128);
    }

    @Test
    void aMissingModelIsNamed() {
        assertFailure("models/none: not found", "--model", "models/none");
    }

    @Test
    void aSingleFileOfUnpublishedSizesAsksForItsConfigurations() {
        Path checkpoint = REFERENCE.resolve("formats/single_file_sd15/checkpoint.safetensors");
        assertThat(run("a boat", "--model", checkpoint.toString(), "--out", file("a.png")))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("the published models of SD 1.5 are 320 wide")
                .contains("--config-from");
    }

    @Test
    void aSingleFileDrawsWithTheConfigurationsOfADirectory() {
        Path checkpoint = REFERENCE.resolve("formats/single_file_sd15/checkpoint.safetensors");
        assertThat(run(
                        "a boat",
                        "--model",
                        checkpoint.toString(),
                        "--config-from",
                        SD15.toString(),
                        "--steps",
                        "1",
                        "--out",
                        file("a.png")))
                .isZero();
    }

    @Test
    void aBrokenLoraIsNamed() throws IOException {
        Path lora = Files.write(
                folder.resolve("style.safetensors"), new byte[] {(byte) 0x80, 2, 'c', 'o', 's', '\n', 1, 2, 3});
        assertFailure(
                "style.safetensors: is not a safetensors file", "--model", tiny.toString(), "--lora", lora.toString());
        assertFailure("none.safetensors: not found", "--model", tiny.toString(), "--lora", "none.safetensors");
    }

    @Test
    void aLoraOfAnotherFamilyIsRefusedWithItsFamily() {
        Path lora = LORAS.resolve("sdxl-a-kohya.safetensors");
        assertFailure("does not match SD 1.5", "--model", SD15.toString(), "--lora", lora.toString());
    }

    @Test
    void brokenWeightsAreReportedWithTheStageThatFails() throws IOException {
        Path broken = folder.resolve("broken");
        RandomModel.write(broken, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        try (RandomAccessFile weights = new RandomAccessFile(
                broken.resolve("vae/diffusion_pytorch_model.safetensors").toFile(), "rw")) {
            weights.seek(weights.length() - 400_000);
            byte[] nan = new byte[400_000];
            Arrays.fill(nan, (byte) 0xff);
            weights.write(nan);
        }
        // The weight of a LoRA or the guidance scale can be the cause too, so it counts as an error of the request.
        assertEnds(2, "the decoded picture is not finite", "--model", broken.toString(), "--steps", "1");
        assertThat(Path.of(file("a.png"))).doesNotExist();
    }

    private void assertFailure(String sentence, String... options) {
        assertEnds(1, sentence, options);
    }

    private void assertEnds(int code, String sentence, String... options) {
        err.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of("a boat", "--out", file("a.png")));
        arguments.addAll(List.of(options));
        assertThat(run(arguments.toArray(String[]::new))).isEqualTo(code);
        assertThat(err.toString()).contains("hypersd: ").contains(sentence).doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private int draw(String... options) {
        String[] fixed = {"a red boat", "--model", tiny.toString(), "--size", "64x64"};
        List<String> arguments = new ArrayList<>(List.of(fixed));
        if (List.of(options).contains("--size")) {
            arguments = new ArrayList<>(List.of(fixed).subList(0, 3));
        }
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("generate"));
        all.addAll(List.of(arguments));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    private static String[] join(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }
}
