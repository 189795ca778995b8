package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillAndResumeTest {
    private static final int KILLS = 4;
    private static final Duration LONGEST = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    void aRunKilledAgainAndAgainArrivesAtTheSameWeightsBitForBit() throws Exception {
        Path whole = Files.createDirectory(folder.resolve("whole"));
        Path killed = Files.createDirectory(folder.resolve("killed"));
        assertThat(start(whole).waitFor(LONGEST)).isTrue();

        SplittableRandom moments = new SplittableRandom(1);
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = start(killed);
            awaitStep(killed, process, new Checkpoints(killed, 2).latest().orElse(0) + 20);
            TimeUnit.MILLISECONDS.sleep(moments.nextInt(50)); // Anywhere, also while a checkpoint is being written.
            process.destroyForcibly().waitFor();
            assertThat(killed.resolve(LineRun.RESULT)).doesNotExist();
        }
        assertThat(start(killed).waitFor(LONGEST)).isTrue();

        assertThat(killed.resolve(LineRun.RESULT)).hasSameBinaryContentAs(whole.resolve(LineRun.RESULT));
    }

    private static void awaitStep(Path run, Process process, long step) throws InterruptedException {
        Checkpoints checkpoints = new Checkpoints(run, 2);
        while (process.isAlive() && checkpoints.latest().orElse(0) < step) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static Process start(Path run) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Dorg.bytedeco.openblas.load=mkl",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LineRun.class.getName(),
                        run.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
