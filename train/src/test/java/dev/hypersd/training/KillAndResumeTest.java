package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillAndResumeTest {
    @TempDir
    Path folder;

    @Test
    void aRunKilledTwiceArrivesAtTheSameWeightsBitForBit() throws Exception {
        arrivesAtTheSameWeights(2, 100);
    }

    @Test
    @Tag("slow")
    void aRunKilledManyTimesArrivesAtTheSameWeightsBitForBit() throws Exception {
        arrivesAtTheSameWeights(12, 300);
    }

    private void arrivesAtTheSameWeights(int kills, int steps) throws Exception {
        Path whole = Files.createDirectory(folder.resolve("whole"));
        Path killed = Files.createDirectory(folder.resolve("killed"));
        LineRun.train(whole, steps, Duration.ZERO);

        SplittableRandom moments = new SplittableRandom(1);
        for (int kill = 0; kill < kills; kill++) {
            Process process = start(killed, steps);
            awaitStep(killed, process, new Checkpoints(killed, 2).latest().orElse(0) + 20);
            TimeUnit.MILLISECONDS.sleep(moments.nextInt(50)); // Anywhere, also while a checkpoint is being written.
            process.destroyForcibly().waitFor();
            assertThat(killed.resolve(LineRun.RESULT)).doesNotExist();
        }
        assertThat(new Checkpoints(killed, 2).latest()).isPresent();
        LineRun.train(killed, steps, Duration.ZERO);

        assertThat(killed.resolve(LineRun.RESULT)).hasSameBinaryContentAs(whole.resolve(LineRun.RESULT));
    }

    private static void awaitStep(Path run, Process process, long step) throws InterruptedException {
        Checkpoints checkpoints = new Checkpoints(run, 2);
        while (process.isAlive() && checkpoints.latest().orElse(0) < step) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static Process start(Path run, int steps) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.bytedeco.openblas.load=mkl",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LineRun.class.getName(),
                        run.toString(),
                        Integer.toString(steps))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
