package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LoRA files made of others from the command line. */
class LoraCommandTest {
    private static final Path MODELS =
            Path.of(System.getProperty("hypersd.reference")).resolve("pipelines/models");
    private static final String MODEL = "--model=" + MODELS.resolve("sd15");
    private static final String A =
            MODELS.resolve("loras/sd15-a-kohya.safetensors").toString();
    private static final String B =
            MODELS.resolve("loras/sd15-b-peft.safetensors").toString();

    @TempDir
    Path folder;

    private String out = "";

    @BeforeEach
    void quiet() {
        Console.verbose(false);
        out = "--out=" + folder.resolve("made.safetensors");
    }

    @Test
    void everySubcommandOfLoraWritesALora() {
        assertThat(made("lora", "merge", A + ":0.7", B, MODEL, out)).contains("LoRA of SD 1.5", "merged_from");
        assertThat(made("lora", "convert", A, "--to=peft", "--dtype=f16", MODEL, out))
                .contains("[F16]");
        assertThat(made("lora", "resize", A, "--rank=1", MODEL, out)).contains("ranks [1]");
    }

    @Test
    void infoPrintsTheSameAsInspect() {
        Outcome info = Outcome.of("lora", "info", A);
        assertThat(info.code()).as(info.err()).isZero();
        assertThat(info.out())
                .contains("LoRA of SD 1.5", "ranks", "targets")
                .isEqualTo(Outcome.of("inspect", A).out());
        assertThat(Outcome.of("lora", "info", A, "--json").out()).startsWith("{");
        failed(1, "nowhere.safetensors", "lora", "info", "nowhere.safetensors");
    }

    @Test
    void infoNamesTheKindsAndTheWordsOfAFile() {
        Path file = folder.resolve("strange.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of(
                        "unet.mid_block.resnets.0.norm1.w_norm", Tensors.of(new float[32], 32),
                        "unet.mid_block.resnets.0.conv1.diff_b", Tensors.of(new float[32], 32),
                        "bundle_emb.zork.emb_params", Tensors.of(new float[32], 1, 32)),
                Map.of());
        Outcome info = Outcome.of("lora", "info", file.toString());
        assertThat(info.code()).as(info.err()).isZero();
        assertThat(info.out())
                .contains("changes 2 weights and biases", "kinds bias: 1, norm: 1", "textual inversions zork");
        failed(1, "which no other LoRA can take", "lora", "convert", file.toString(), "--to=peft", MODEL, out);
    }

    @Test
    void infoRefusesUnsupportedAdaptersByName() {
        Path file = folder.resolve("oft.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of("oft_unet_mid_block_attentions_0_proj_in.oft_blocks", Tensors.of(new float[8], 2, 2, 2)),
                Map.of());
        failed(1, "is an OFT (orthogonal finetuning)", "lora", "info", file.toString());
        failed(1, "That kind of adapter is not read", "inspect", file.toString());
    }

    @Test
    void theDifferenceOfAModelAndTheSameWithALoraIsThatLora() {
        String base = MODELS.resolve("sd15").toString();
        String tuned = folder.resolve("tuned").toString();
        assertThat(Outcome.of("lora", "merge", A, "--into", base, "--dtype=f32", "--out", tuned)
                        .code())
                .isZero();
        String whole = Outcome.of("lora", "info", A).out();
        String made = made("lora", "extract", "--base", base, "--tuned", tuned, "--rank=4", "--dtype=f32", out);
        assertThat(line(made, "changes")).startsWith(line(whole, "changes").replaceAll(";.*", ""));
    }

    private static String line(String text, String word) {
        return text.lines().filter(line -> line.contains(word)).findFirst().orElseThrow();
    }

    @Test
    void impossibleConversionsAreRefused() {
        failed(
                1,
                "does not match SD 1.5",
                "lora",
                "convert",
                MODELS.resolve("loras/sdxl-a-kohya.safetensors").toString(),
                MODEL,
                out);
        failed(2, "the rank of a LoRA must be at least 1, not 0", "lora", "resize", A, "--rank=0", MODEL, out);
        failed(1, "nowhere.safetensors", "lora", "merge", "nowhere.safetensors", MODEL, out);
        failed(
                2,
                "have the same weights",
                "lora",
                "extract",
                "--base=" + MODELS.resolve("sd15"),
                "--tuned=" + MODELS.resolve("sd15"),
                "--rank=2",
                out);
        failed(2, "say what to do: info, merge, convert, resize or extract", "lora");
        assertThat(folder).isEmptyDirectory();
    }

    /** Returns the description of the file that was written. */
    private String made(String... arguments) {
        Outcome outcome = Outcome.of(arguments);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Outcome.of("inspect", folder.resolve("made.safetensors").toString())
                .out();
    }

    private static void failed(int code, String sentence, String... arguments) {
        Outcome outcome = Outcome.of(arguments);
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        assertThat(outcome.err()).contains(sentence).doesNotContain("\tat ");
    }
}
