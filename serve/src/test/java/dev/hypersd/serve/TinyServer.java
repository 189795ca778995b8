package dev.hypersd.serve;

import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.registry.FileRegistry;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.ServedModel;
import dev.hypersd.tensor.Dtype;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A server whose models have few random weights, and so generate noise very quickly, with a client of it. */
final class TinyServer implements AutoCloseable {
    /** Small models of random weights with ControlNets and LoRAs that fit them. */
    private static final Path REFERENCE = Path.of(System.getProperty("hypersd.reference"), "pipelines/models");

    /** The name of a model by which its preset is found: one step at timestep 800. */
    static final String ONE_STEP = "Hyper-SDXL-1step-Unet";

    /** The name of a model by which its preset is found: TCD with an eta of 1. */
    static final String WITH_ETA = "merged-Hyper-SD15-1step-lora";

    /** Models "tiny" and "other", two with presets, and "broken", which cannot be loaded. */
    private static Optional<Path> made = Optional.empty();

    /** A request of so many steps that it takes longer than any test; the test cancels it. */
    static final String LONG =
            "{\"prompt\": \"long\", \"size\": \"64x64\", \"steps\": 1000, \"sampler\": \"ddim\", \"guidance\": 1, "
                    + "\"seed\": 1}";

    /** A request that is answered at once. */
    static final String SHORT =
            "{\"prompt\": \"short\", \"size\": \"64x64\", \"steps\": 1, \"sampler\": \"ddim\", \"guidance\": 1, "
                    + "\"seed\": 1}";

    /** How long anything that a test waits for may take, also on a machine that is busy with other things. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /**
     * The time between two looks of {@link #until}. Each may open a connection, and the server refuses more than a
     * hundred in a second.
     */
    private static final int PAUSE_MILLIS = 20;

    private final Server server;
    private final HttpClient client = HttpClient.newHttpClient();

    TinyServer(ServerOptions options) {
        this(options, "tiny", LoadOptions.DEFAULT);
    }

    /**
     * A server of which {@code model} is the default model.
     *
     * @param fast how that model is loaded for fast pictures; for those that stay it has the default options
     */
    TinyServer(ServerOptions options, String model, LoadOptions fast) {
        Path models = models();
        server = Server.start(
                new ModelRegistry(
                        new ServedModel(
                                new ModelSource(models.resolve(model), fast),
                                OptionalInt.empty(),
                                new ModelSource(models.resolve(model))),
                        List.of(),
                        List.of(),
                        LoadOptions.DEFAULT,
                        FileRegistry.models(List.of(models, REFERENCE)),
                        FileRegistry.loras(Map.of(), List.of(REFERENCE.resolve("loras"))),
                        FileRegistry.controlNets(Map.of(), List.of(REFERENCE)),
                        new TreeMap<>(Map.of("canny", picture -> picture, "drawing", Image::grey))),
                options.withWarmUp(Duration.ZERO));
        server.awaitReady();
    }

    /** A server with the default options. */
    static TinyServer open() {
        return new TinyServer(ServerOptions.LOCAL);
    }

    /**
     * A server for the page, which leaves most settings to the server: its default model draws in one step where the
     * others take 25.
     */
    static TinyServer forPage(ServerOptions options) {
        return new TinyServer(options, WITH_ETA, LoadOptions.DEFAULT);
    }

    /** The default limits with another deadline, and with so many steps that jobs can take long. */
    static Limits patient(Duration deadline) {
        Limits.Generation usual = Limits.DEFAULT.generation();
        return Limits.DEFAULT.with(new Limits.Generation(
                usual.maxSide(),
                1_000_000,
                usual.maxImages(),
                Long.MAX_VALUE,
                usual.maxPromptLength(),
                usual.maxBatchPixels(),
                deadline));
    }

    Server server() {
        return server;
    }

    HttpClient client() {
        return client;
    }

    int port() {
        return server.port();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** A request that fails if it is not answered within two minutes, so that no test waits for ever. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofMinutes(2));
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> post(String path, String json, String... headers) throws IOException, InterruptedException {
        return send(posting(path, json, headers));
    }

    /** Posts a request without waiting for its response. */
    CompletableFuture<HttpResponse<String>> later(String path, String json, String... headers) {
        return client.sendAsync(posting(path, json, headers).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder posting(String path, String json, String... headers) {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(json));
        request.header("Content-Type", "application/json");
        return headers.length == 0 ? request : request.headers(headers);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** The value of the metric of this name (and of these labels, if it has any), or 0 if there is none. */
    double metric(String name) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    /** Waits until no picture is drawn or waits to be, and nothing that clients sent is held. */
    void untilIdle() throws InterruptedException {
        until(() -> Stream.of(
                        "hypersd_queue_waiting", "hypersd_drawing", "hypersd_live_sessions", "hypersd_intake_bytes")
                .allMatch(name -> isZero(name)));
    }

    private boolean isZero(String metric) {
        try {
            return metric(metric) == 0;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until {@code reached} is true. */
    static void until(BooleanSupplier reached) throws InterruptedException {
        for (long end = System.nanoTime() + PATIENCE.toNanos(); !reached.getAsBoolean(); ) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the condition that the test waits for did not become true");
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Waits until the job of {@link #LONG} runs. */
    void untilGenerating() throws InterruptedException {
        until(() -> steps() > 0);
    }

    /** Waits until the running job has done another step. */
    void untilAnotherStep() throws InterruptedException {
        long done = steps();
        until(() -> steps() > done);
    }

    private long steps() {
        try {
            return json(get("/sdapi/v1/progress"))
                    .get("state")
                    .get("sampling_step")
                    .asLong();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        return Json.MAPPER.readTree(response.body());
    }

    /** The message of an error in the form of OpenAI. */
    static String message(HttpResponse<String> response) {
        return json(response).get("error").get("message").asString();
    }

    /** The first image of a response in the form of OpenAI. */
    static byte[] picture(String answer) {
        JsonNode first = Json.MAPPER.readTree(answer).get("data").get(0);
        return Base64.getDecoder().decode(first.get("b64_json").asString());
    }

    /** A black image as PNG. */
    static byte[] png(int width, int height) {
        return new Png().encode(new Image(width, height, new byte[3 * width * height]), Optional.empty());
    }

    /** {@link #png} in Base64. */
    static String base64(int width, int height) {
        return Base64.getEncoder().encodeToString(png(width, height));
    }

    @Override
    public void close() {
        client.shutdownNow();
        server.close();
    }

    /** Writes the models once. A static initialiser could not do so: the engine's thread would wait for it forever. */
    private static synchronized Path models() {
        if (made.isPresent()) {
            return made.get();
        }
        try {
            Path folder = Files.createTempDirectory("hypersd-serve");
            for (String name : List.of("tiny", "other", ONE_STEP, WITH_ETA)) {
                RandomModel.write(folder.resolve(name), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
            }
            Files.writeString(Files.createDirectory(folder.resolve("broken")).resolve("model_index.json"), "{}");
            made = Optional.of(folder);
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
