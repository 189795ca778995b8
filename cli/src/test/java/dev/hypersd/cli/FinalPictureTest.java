package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.serve.Server;
import dev.hypersd.serve.ServerOptions;
import dev.hypersd.tensor.Engine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The server is set up for speed, but the pictures that stay are those of {@code generate}, pixel by pixel. */
class FinalPictureTest {
    private static Server server;
    private static int threads;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        threads = Engine.threads();
        ServeCommand serve = new ServeCommand();
        new CommandLine(serve).setCaseInsensitiveEnumValuesAllowed(true).parseArgs();
        server = Server.start(serve.registry(), ServerOptions.LOCAL);
        server.awaitReady();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    void aPictureOfWords() throws Exception {
        String fields = "\"prompt\": \"a red house\", \"seed\": 7, \"steps\": 2";
        Image generated = generate("--seed=7", "--steps=2", "a red house");
        assertThat(drawn(fields + ", \"final\": true")).isEqualTo(generated);
        assertThat(drawn(fields)).isNotEqualTo(generated);
    }

    @Test
    void aPictureThatStartsFromADrawingAndIsEnlarged() throws Exception {
        generate("--seed=7", "--steps=1", "a red house");
        Path drawing = Files.move(folder.resolve("generated.png"), folder.resolve("drawing.png"));
        Image generated = generate(
                "--seed=8",
                "--steps=2",
                "--exact-steps",
                "--image=" + drawing,
                "--strength=0.6",
                "--size=128x128",
                "--hires=1.5",
                "--hires-strength=0.4",
                "a blue house");
        assertThat(generated.width()).isEqualTo(192);
        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(drawing));
        assertThat(drawn(("\"prompt\": \"a blue house\", \"seed\": 8, \"steps\": 2, \"strength\": 0.6, \"size\": "
                                + "\"128x128\", \"hires\": 1.5, \"hires_strength\": 0.4, \"image\": \"%s\", "
                                + "\"final\": true")
                        .formatted(image)))
                .isEqualTo(generated);
    }

    private Image generate(String... arguments) {
        Engine.useThreads(threads); // The server has set another number for a fast picture.
        Path file = folder.resolve("generated.png");
        String[] all = new String[arguments.length + 2];
        all[0] = "generate";
        all[1] = "--out=" + file;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        Outcome outcome = Outcome.of(all);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Image.read(file);
    }

    private static Image drawn(String fields) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/v1/images/generations".formatted(server.port())))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{" + fields + "}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            String base64 = Json.MAPPER
                    .readTree(body)
                    .get("data")
                    .get(0)
                    .get("b64_json")
                    .asString();
            return Image.decode(Path.of("drawn"), Base64.getDecoder().decode(base64));
        }
    }
}
