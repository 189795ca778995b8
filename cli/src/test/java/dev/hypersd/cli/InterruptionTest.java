package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A program of its own that is told to end while it draws. */
class InterruptionTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"INT, 2, 130", "TERM, 15, 143"})
    void drawingEndsAtOnceAndLeavesNoFile(String signal, int number, int exitCode) throws Exception {
        assumeTrue(Files.exists(STATUS) && !isIgnored(number), "signals as Linux has them, not ignored by our parent");
        Path model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        Path pictures = Files.createDirectory(folder.resolve("pictures"));

        Process drawing = hypersd(
                "generate",
                "a boat",
                "--model=" + model,
                "--size=64",
                "--sampler=ddim",
                "--steps=1000",
                "--out=" + pictures.resolve("boat.png"));
        try (BufferedReader messages = drawing.errorReader()) {
            assertThat(messages.lines().anyMatch(line -> line.contains("step 2 of 1000")))
                    .isTrue();
            new ProcessBuilder("kill", "-" + signal, Long.toString(drawing.pid()))
                    .start()
                    .waitFor();
            assertThat(drawing.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(drawing.exitValue()).isEqualTo(exitCode);
            assertThat(pictures).isEmptyDirectory();
        } finally {
            drawing.destroyForcibly();
        }
    }

    private static Process hypersd(String... arguments) throws IOException {
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        ProcessBuilder command = new ProcessBuilder(
                Stream.concat(java.stream(), Stream.of(arguments)).toList());
        command.environment().put("OMP_NUM_THREADS", "1");
        return command.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** Shells let background jobs ignore signals, and children inherit that. */
    private static boolean isIgnored(int signal) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .anyMatch(ignored -> (ignored >> (signal - 1) & 1) == 1);
    }
}
