package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.serve.Server;
import dev.hypersd.serve.ServerOptions;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/**
 * The server is set up for speed, but the pictures that stay are those of {@code generate}, pixel by pixel, whichever
 * API asks for them.
 */
@Timeout(300)
class FinalPictureTest {
    /** What all APIs are asked for. */
    private static final String[] COMMAND = {
        "--seed=7", "--steps=2", "--guidance=3", "--sampler=ddim", "--size=128x128", "a red house"
    };

    private static final String OWN =
            "\"prompt\": \"a red house\", \"seed\": 7, \"steps\": 2, \"guidance\": 3, \"sampler\": \"ddim\", \"size\": "
                    + "\"128x128\"";

    private static Server server;
    private static HttpClient client;
    private static int threads;

    @TempDir
    private static Path folder;

    private static Image words;

    @BeforeAll
    static void start() {
        threads = Engine.threads();
        words = generate(COMMAND);
        ServeCommand serve = new ServeCommand();
        new CommandLine(serve).setCaseInsensitiveEnumValuesAllowed(true).parseArgs();
        server = Server.start(serve.registry(), ServerOptions.LOCAL.withWarmUp(Duration.ZERO));
        server.awaitReady();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void end() {
        client.close();
        server.close();
        Engine.useThreads(threads); // The server has set another number for fast pictures.
    }

    @Test
    void openAi() throws Exception {
        assertThat(generated(OWN)).containsExactly(words);
        assertThat(generated(OWN + ", \"final\": false")).doesNotContain(words);
    }

    @Test
    void openAiWithAPictureThatIsEnlarged() throws Exception {
        Path drawing = folder.resolve("drawing.png");
        Files.copy(folder.resolve("generated.png"), drawing);
        Image enlarged = generate(
                "--seed=8",
                "--steps=2",
                "--exact-steps",
                "--image=" + drawing,
                "--strength=0.6",
                "--size=128x128",
                "--hires=1.5",
                "--hires-strength=0.4",
                "a blue house");
        assertThat(enlarged.width()).isEqualTo(192);
        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(drawing));
        assertThat(generated(("\"prompt\": \"a blue house\", \"seed\": 8, \"steps\": 2, \"strength\": 0.6, \"size\": "
                                + "\"128x128\", \"hires\": 1.5, \"hires_strength\": 0.4, \"image\": \"%s\"")
                        .formatted(image)))
                .containsExactly(enlarged);
    }

    @Test
    void severalPicturesOfOpenAi() throws Exception {
        Image next = generate(withSeed(8));
        assertThat(generated(OWN + ", \"n\": 2")).containsExactly(words, next);
    }

    @Test
    void jobs() throws Exception {
        String id = post("/v1/jobs", "{" + OWN + "}").get("id").asString();
        JsonNode job = get("/v1/jobs/" + id);
        for (; !job.has("data"); job = get("/v1/jobs/" + id)) {
            assertThat(job.get("state").asString()).isIn("waiting", "drawing");
            Thread.sleep(20);
        }
        assertThat(image(job.get("data").get(0).get("b64_json").asString())).isEqualTo(words);
    }

    @Test
    void automatic1111() throws Exception {
        JsonNode answer = post("/sdapi/v1/txt2img", """
                {"prompt": "a red house", "seed": 7, "steps": 2, "cfg_scale": 3, "sampler_name": "DDIM", "width": 128,
                 "height": 128}""");
        assertThat(image(answer.get("images").get(0).asString())).isEqualTo(words);
    }

    @Test
    void comfyUi() throws Exception {
        JsonNode models = get("/object_info/CheckpointLoaderSimple")
                .get("CheckpointLoaderSimple")
                .get("input")
                .get("required")
                .get("ckpt_name")
                .get(0);
        String id = post("/prompt", """
                {"prompt": {
                  "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "%s"}},
                  "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red house", "clip": ["1", 1]}},
                  "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}},
                  "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 128, "height": 128, "batch_size": 1}},
                  "5": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 2, "cfg": 3, "denoise": 1,
                    "sampler_name": "ddim", "scheduler": "normal", "model": ["1", 0], "positive": ["2", 0],
                    "negative": ["3", 0], "latent_image": ["4", 0]}},
                  "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
                  "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0]}}
                }}""".formatted(models.get(0).asString()))
                .get("prompt_id")
                .asString();
        JsonNode history = get("/history/" + id);
        for (; !history.has(id); history = get("/history/" + id)) {
            Thread.sleep(20);
        }
        String name = history.get(id)
                .get("outputs")
                .get("7")
                .get("images")
                .get(0)
                .get("filename")
                .asString();
        HttpResponse<byte[]> png = client.send(request("/view?filename=" + name).build(), BodyHandlers.ofByteArray());
        assertThat(Image.decode(Path.of(name), png.body())).isEqualTo(words);
    }

    private static String[] withSeed(int seed) {
        return List.of(COMMAND).stream()
                .map(argument -> argument.startsWith("--seed=") ? "--seed=" + seed : argument)
                .toArray(String[]::new);
    }

    private static Image generate(String... arguments) {
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

    /** The pictures that OpenAI's API gives for these fields. */
    private static List<Image> generated(String fields) throws Exception {
        return post("/v1/images/generations", "{" + fields + "}")
                .get("data")
                .valueStream()
                .map(entry -> image(entry.get("b64_json").asString()))
                .toList();
    }

    private static Image image(String base64) {
        return Image.decode(Path.of("drawn"), Base64.getDecoder().decode(base64));
    }

    private static JsonNode get(String path) throws IOException, InterruptedException {
        return answer(request(path));
    }

    private static JsonNode post(String path, String json) throws IOException, InterruptedException {
        return answer(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private static JsonNode answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return Json.MAPPER.readTree(answer.body());
    }
}
