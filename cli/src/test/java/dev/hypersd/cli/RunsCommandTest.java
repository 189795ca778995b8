package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.file.FolderLock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void runsAreListedWithTheirLastLosses() throws Exception {
        run("mini/vae", "{\"step\":7,\"student/loss\":0.123456,\"student/rate\":1}\n", 100);
        Files.writeString(folder.resolve("mini/vae/resolved.yaml"), "objective: autoencoder\ntraining: {steps: 9}\n");
        run("other", "{\"step\":3}\ndamaged\u001B[2J\n", 3 * 3600);
        try (FolderLock _ = FolderLock.of(folder.resolve("mini/vae"))) {
            assertThat(hypersd("runs", folder.toString())).isZero();
        }
        assertThat(out.toString().lines())
                .containsExactly(
                        "run       objective    step    last losses          moved      ".stripTrailing(),
                        "mini/vae  autoencoder  7 of 9  student/loss 0.1235  1 min ago  running",
                        "other     -            3       -                    3 h ago");
        assertThat(err.toString())
                .startsWith("hypersd: warning: other: log.jsonl: the line at byte 11 is not valid JSON")
                .doesNotContain("\u001B");
    }

    @Test
    void aFolderWithoutRunsSaysWhatMakesThem() {
        assertThat(hypersd("runs", folder.toString())).isZero();
        assertThat(err.toString())
                .isEqualToNormalizingNewlines(folder + " contains no runs; hypersd train RECIPE " + "makes them\n");
    }

    @Test
    void anAddressWithoutAPageIsRefused() {
        assertThat(hypersd("runs", folder.toString(), "--port", "7861")).isNotZero();
        assertThat(err.toString()).contains("--port is about the page, which --serve serves: add --serve");
    }

    private void run(String name, String log, int seconds) throws Exception {
        Path file = Files.createDirectories(folder.resolve(name)).resolve("log.jsonl");
        Files.writeString(file, log);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofSeconds(seconds))));
    }

    private int hypersd(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
