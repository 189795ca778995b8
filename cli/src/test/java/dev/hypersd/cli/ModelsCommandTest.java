package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.mini.EmbeddedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ModelsCommandTest {
    private static final Path MODELS =
            Path.of(System.getProperty("hypersd.reference")).resolve("pipelines/models");
    private static final Path LORA = MODELS.resolve("loras/sd15-a-kohya.safetensors");

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @Test
    void listShowsWhatComesWithTheProgram() {
        Outcome outcome = Outcome.of("models", "list");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .containsPattern("model +hypersd-mini +32.7 MB +F16 +model directory of SD 1.5, whole\\R +"
                        + EmbeddedModel.folder())
                .containsPattern("LoRA +unified .* LoRA, whole")
                .containsPattern("ControlNet +canny .* ControlNet of SD 1.5, whole")
                .containsPattern("judge +clip .* judge, whole");
    }

    @Test
    void listShowsWhatIsInTheNamedFoldersAndWhatIsWrongWithIt() throws IOException {
        Path loras = Files.createDirectory(folder.resolve("loras"));
        Files.copy(LORA, loras.resolve("flat.safetensors"));
        truncated(LORA, loras.resolve("half.safetensors"));
        Files.copy(MODELS.resolve("unet-inpainting.safetensors"), loras.resolve("unet.safetensors"));
        Files.writeString(loras.resolve("old.ckpt"), "");
        Outcome outcome = Outcome.of(
                "models", "list", "--models=" + MODELS, "--loras=" + loras, "--controls=" + MODELS, "--json");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("old.ckpt is not offered: it is a pickle");
        List<JsonNode> entries =
                outcome.out().lines().map(Json.MAPPER::readTree).toList();
        assertThat(named(entries, "model", "sd15"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.path("type").asString()).isEqualTo("model directory of SD 1.5"))
                .satisfies(entry -> assertThat(entry.path("whole").asBoolean()).isTrue())
                .satisfies(entry -> assertThat(entry.path("dtypes").toString()).isEqualTo("[\"F16\"]"))
                .satisfies(entry -> assertThat(entry.path("bytes").asLong()).isEqualTo(size(MODELS.resolve("sd15"))));
        assertThat(named(entries, "LoRA", "flat"))
                .as("the embedded one and that in the folder")
                .hasSize(2);
        assertThat(problem(entries, "LoRA", "half")).contains("half.safetensors: ");
        assertThat(problem(entries, "LoRA", "unet")).endsWith("unet.safetensors: is a checkpoint and no LoRA");
        assertThat(problem(entries, "model", "unet-inpainting"))
                .contains("name a model directory with its own configurations");
        assertThat(named(entries, "ControlNet", "controlnet-sdxl")
                        .getFirst()
                        .path("whole")
                        .asBoolean())
                .isTrue();
        assertThat(problem(entries, "ControlNet", "taesd")).endsWith("is a directory of one network and no ControlNet");
    }

    @Test
    void pathPrintsOnePlaceOnEachLine() {
        assertThat(Outcome.of("models", "path", "flat", "clip").out())
                .isEqualTo("%s%n%s%n"
                        .formatted(
                                EmbeddedModel.loras().get("flat"),
                                EmbeddedModel.judges().resolve("clip")));
        assertThat(Outcome.of("models", "path", "--loras=" + MODELS.resolve("loras"))
                        .out()
                        .lines())
                .contains(EmbeddedModel.folder().toString())
                .endsWith(MODELS.resolve("loras").toString());
        assertThat(Json.MAPPER.readTree(Outcome.of("models", "path", "sd15", "--models=" + MODELS, "--json")
                        .out()))
                .isEqualTo(Json.MAPPER.valueToTree(
                        new Place("model", "sd15", MODELS.resolve("sd15").toString())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "check"})
    void anUnknownNameIsWrongUsage(String subcommand) {
        Outcome unknown = Outcome.of("models", subcommand, "flatt");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err())
                .contains("there is no \"flatt\" in the folders that are searched; did you mean flat?");
    }

    record Place(String kind, String name, String path) {}

    @Test
    void checkReadsAllValues() throws IOException {
        Path models = Files.createDirectory(folder.resolve("models"));
        copy(MODELS.resolve("sd15"), models.resolve("good"));
        copy(MODELS.resolve("sd15"), models.resolve("bad"));
        lastNumberIsNan(models.resolve("bad/unet/diffusion_pytorch_model.safetensors"));

        Outcome good = Outcome.of("models", "check", "good", "--models=" + models);
        assertThat(good.code()).as(good.out() + good.err()).isZero();
        assertThat(good.out()).containsPattern("model +good .*, whole");
        assertThat(Outcome.of("models", "list", "--models=" + models).out())
                .as("headers do not show it")
                .containsPattern("model +bad .*, whole");
        Outcome bad = Outcome.of("models", "check", "bad", "good", "--models=" + models);
        assertThat(bad.code()).isEqualTo(1);
        assertThat(bad.out())
                .containsPattern("not whole: .*unet.diffusion_pytorch_model.safetensors: holds NaN or infinity in 1 of")
                .containsPattern("model +good .*, whole");
    }

    @Test
    void checkTakesFilesAndFolders() throws IOException {
        assertThat(Outcome.of(
                                "models",
                                "check",
                                LORA.toString(),
                                MODELS.resolve("taesd").toString())
                        .code())
                .isZero();
        Path half = truncated(LORA, folder.resolve("half.safetensors"));
        Outcome outcome = Outcome.of("models", "check", LORA.toString(), half.toString(), "--json");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()
                        .lines()
                        .map(line -> Json.MAPPER.readTree(line).path("whole").asBoolean()))
                .containsExactly(true, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing.safetensors", "models/missing"})
    void checkReportsAMissingFile(String file) {
        Outcome outcome = Outcome.of("models", "check", file);
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).contains("not whole: ", "there is no such file or folder");
    }

    @Test
    void wrongUsageIsExplained() {
        Outcome nothing = Outcome.of("models");
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("say what to do: list, path or check");
        Outcome folderMissing = Outcome.of("models", "list", "--loras=" + folder.resolve("nowhere"));
        assertThat(folderMissing.code()).isEqualTo(1);
        assertThat(folderMissing.err()).contains("nowhere: is not a folder that can be read");
    }

    private static List<JsonNode> named(List<JsonNode> entries, String kind, String name) {
        return entries.stream()
                .filter(entry -> entry.path("kind").asString().equals(kind)
                        && entry.path("name").asString().equals(name))
                .toList();
    }

    private static String problem(List<JsonNode> entries, String kind, String name) {
        JsonNode entry = named(entries, kind, name).getFirst();
        assertThat(entry.path("whole").asBoolean()).isFalse();
        return entry.path("problems").get(0).asString();
    }

    private static long size(Path model) throws IOException {
        try (Stream<Path> files = Files.walk(model)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static Path truncated(Path from, Path to) throws IOException {
        byte[] whole = Files.readAllBytes(from);
        return Files.write(to, Arrays.copyOf(whole, whole.length - 1));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void lastNumberIsNan(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(bytes.length - Short.BYTES, Float.floatToFloat16(Float.NaN));
        Files.write(file, bytes);
    }
}
