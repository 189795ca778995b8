package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models rewritten from the command line. */
class ConvertCommandTest {
    private static final Path MODELS = Path.of(System.getProperty("hypersd.reference"), "pipelines/models");
    private static final String SD15 = MODELS.resolve("sd15").toString();
    private static final String SDXL = MODELS.resolve("sdxl").toString();

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @Test
    void aDirectoryBecomesAFileAndTheFileADirectory() {
        String file = folder.resolve("one.safetensors").toString();
        done("convert", SD15, "--out", file, "--dtype", "f16");
        assertThat(done("inspect", file)).contains("checkpoint", "SD 1.5", "F16");
        String back = folder.resolve("back").toString();
        done("convert", file, "--config-from", SD15, "--out", back);
        assertThat(done("inspect", back)).contains("model directory", "SD 1.5", "F16");
        done(
                "generate",
                "a cat",
                "--model",
                back,
                "--steps=1",
                "--size=64",
                "--seed=1",
                "--out=" + folder.resolve("a.png"));
    }

    @Test
    void lorasAreMergedIntoAModel() {
        String lora = MODELS.resolve("loras/sd15-a-kohya.safetensors").toString();
        String out = folder.resolve("merged.safetensors").toString();
        done("lora", "merge", lora + ":0.5", "--into", SD15, "--block", "unet.down_blocks=0.5", "--out", out);
        assertThat(done("inspect", out)).contains("checkpoint");
        failed(
                2,
                "--model and --into both name the model",
                "lora",
                "merge",
                lora,
                "--into",
                SD15,
                "--model",
                SD15,
                "--out",
                out);
    }

    @Test
    void incompatibleLorasAreRefusedBeforeAnythingIsWritten() {
        String file = folder.resolve("xl.safetensors").toString();
        done("convert", SDXL, "--out", file);
        failed(1, "name a model directory with its own configurations", "convert", file, "--out=a");
        failed(
                1,
                "is made for SDXL, the model in",
                "convert",
                file,
                "--config-from",
                SD15,
                "--out=" + folder.resolve("a"));
        failed(2, "exists; name a new directory", "convert", SD15, "--out=" + folder);
        failed(
                1,
                "it looks like an adapter for SDXL",
                "lora",
                "merge",
                MODELS.resolve("loras/sdxl-a-kohya.safetensors").toString(),
                "--into",
                SD15,
                "--out=" + folder.resolve("b"));
        assertThat(folder.resolve("a")).doesNotExist();
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void aPickleBecomesASafetensorsFile() throws IOException {
        Path pickle = folder.resolve("fox.ckpt");
        try (InputStream made =
                Objects.requireNonNull(ConvertCommandTest.class.getResourceAsStream("/checkpoint.ckpt"))) {
            Files.copy(made, pickle);
        }
        String file = folder.resolve("fox.safetensors").toString();
        failed(1, "\"hypersd convert\" makes a safetensors file of it", "inspect", pickle.toString());
        failed(2, "let --out end in .safetensors", "convert", pickle.toString(), "--out=" + folder.resolve("fox"));
        failed(2, "--config-from, --vae", "convert", pickle.toString(), "--config-from", SD15, "--out", file);
        assertThat(folder.resolve("fox.safetensors")).doesNotExist();
        done("convert", pickle.toString(), "--dtype=bf16", "--out", file);
        assertThat(done("inspect", file)).contains("2 tensors", "BF16");
    }

    private static String done(String... arguments) {
        Outcome outcome = Outcome.of(arguments);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome.out();
    }

    private static void failed(int code, String sentence, String... arguments) {
        Outcome outcome = Outcome.of(arguments);
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        assertThat(outcome.err()).contains(sentence).doesNotContain("\tat ");
    }
}
