package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs of their own that are told to end in the midst of their work. */
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
        end(drawing, "step 2 of 1000", signal, exitCode);
        assertThat(pictures).isEmptyDirectory();
    }

    @Test
    void trainingEndsWithACheckpoint() throws Exception {
        assumeTrue(Files.exists(STATUS));
        Files.writeString(folder.resolve("config.json"), """
            {"_class_name": "AutoencoderKL", "block_out_channels": [8, 8], "norm_num_groups": 2, \
            "layers_per_block": 1,
             "latent_channels": 4, "scaling_factor": 1.0}
            """);
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: autoencoder
            model: %s
            output: %s
            data: {scenes: 8, size: 32}
            training: {steps: 100000, batch: 2}
            every: {checkpoint: 100000, validation: 2, sample: 100000}
            autoencoder: {crop: 16}
            """.formatted(folder, folder.resolve("run")));

        assertThat(end(hypersd("train", recipe.toString()), "step 2: ", "TERM", 143))
                .anyMatch(line -> line.matches(
                        "interrupted; .*step-\\d{8}\\.safetensors was written, from which --resume continues"));
        try (Stream<Path> files = Files.walk(folder.resolve("run/checkpoints"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.endsWith(".safetensors"))
                    .noneMatch(name -> name.endsWith(".part"));
        }
    }

    @Test
    void aServerEndsWithinSecondsInTheMidstOfALongStep() throws Exception {
        assumeTrue(Files.exists(STATUS));
        Path model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        Process server = hypersd("serve", "--model=" + model, "--port=0", "--grace=1");
        try (BufferedReader messages = server.errorReader();
                HttpClient client = HttpClient.newHttpClient()) {
            String address = messages.lines()
                    .filter(line -> line.startsWith("serving at "))
                    .map(line -> line.replaceFirst("serving at (\\S+) .*", "$1"))
                    .findFirst()
                    .orElseThrow();
            CompletableFuture<HttpResponse<String>> drawing = client.sendAsync(
                    HttpRequest.newBuilder(URI.create(address + "/v1/images/generations"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("""
                                {"prompt": "a", "size": "768x768", "steps": 1, "sampler": "ddim"}\
                                """))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            HttpRequest metrics = HttpRequest.newBuilder(URI.create(address + "/metrics"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            while (!client.send(metrics, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .contains("\nhypersd_drawing 1")) {
                Thread.sleep(10);
            }
            server.destroy();
            assertThat(server.waitFor(8, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isEqualTo(143);
            assertThat(drawing.get().statusCode()).isEqualTo(503);
            client.shutdownNow();
        } finally {
            server.destroyForcibly();
        }
    }

    /** Waits until the program has said {@code line}, sends the signal, and returns what it says after that. */
    private static List<String> end(Process program, String line, String signal, int exitCode) throws Exception {
        try (BufferedReader messages = program.errorReader()) {
            String message = messages.readLine();
            while (message != null && !message.contains(line)) {
                message = messages.readLine();
            }
            assertThat(message).isNotNull();
            new ProcessBuilder("kill", "-" + signal, Long.toString(program.pid()))
                    .start()
                    .waitFor();
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(program.exitValue()).isEqualTo(exitCode);
            return messages.lines().toList();
        } finally {
            program.destroyForcibly();
        }
    }

    private static Process hypersd(String... arguments) throws IOException {
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
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
