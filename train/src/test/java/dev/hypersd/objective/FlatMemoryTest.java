package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five thousand steps with validations, samples and checkpoints, and what memory they take:
 * {@code ./mvnw test -pl train -am -Dtest=FlatMemoryTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dhypersd.tests.excluded=}
 */
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads the resident memory as Linux tells it")
class FlatMemoryTest {
    private static final int STEPS = 5000;

    /** By then everything has been done several times: steps, validations, samples, checkpoints. */
    private static final int WARM = 1500;

    /**
     * A handle that nobody closes holds its tensor, and most tensors of a step here have some kilobytes: one forgotten
     * tensor of 4 KiB a step would add 14 MiB.
     */
    private static final long MOST_GROWTH_KIB = 8 << 10;

    @TempDir
    private Path folder;

    @Test
    void memoryStaysFlatOverFiveThousandSteps() throws Exception {
        List<Long> resident = run();
        assertThat(resident).hasSize(STEPS / FlatMemoryRun.EVERY);
        resident.forEach(kibibytes -> System.out.printf("%.1f MiB%n", kibibytes / 1024.0));
        int warm = WARM / FlatMemoryRun.EVERY;
        assertThat(resident.getLast() - resident.get(warm)).isLessThan(MOST_GROWTH_KIB);
    }

    /**
     * The heap is all there from the beginning, so that what grows is native. The JVM's second compiler stays out: with
     * it the set grows by 10 MiB in one piece late in the run, and not again.
     */
    private List<Long> run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Xms192m",
                        "-Xmx192m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.bytedeco.openblas.load=mkl",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FlatMemoryRun.class.getName(),
                        folder.toString(),
                        Integer.toString(STEPS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines.stream()
                .map(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .toList();
    }
}
