package dev.hypersd.serve;

import dev.hypersd.json.Json;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.serve.catalogue.Catalogue;
import dev.hypersd.serve.catalogue.Shelf;
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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A server with models of random weights, which draw noise in no time, and a client of it. */
final class TinyServer implements AutoCloseable {
    /** Two models, "tiny" and "other"; made once. */
    private static final Path MODELS = models();

    private final Server server;
    private final HttpClient client = HttpClient.newHttpClient();

    TinyServer(ServerOptions options) {
        Path first = MODELS.resolve("tiny");
        server = Server.start(
                new Catalogue(
                        new ModelSource(first, LoadOptions.DEFAULT),
                        List.of(),
                        List.of(),
                        LoadOptions.DEFAULT,
                        Shelf.models(List.of(MODELS)),
                        Shelf.loras(Map.of(), List.of()),
                        Shelf.controls(Map.of(), List.of())),
                options);
        server.awaitReady();
    }

    /** Everybody on this machine may ask. */
    static TinyServer open() {
        return new TinyServer(ServerOptions.LOCAL);
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

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path));
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> post(String path, String json, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(json));
        request.header("Content-Type", "application/json");
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) {
        return Json.MAPPER.readTree(response.body());
    }

    /** The first picture of an answer in OpenAI's form. */
    static byte[] picture(String answer) {
        JsonNode first = Json.MAPPER.readTree(answer).get("data").get(0);
        return Base64.getDecoder().decode(first.get("b64_json").asString());
    }

    @Override
    public void close() {
        client.shutdownNow();
        server.close();
    }

    private static Path models() {
        try {
            Path folder = Files.createTempDirectory("hypersd-serve");
            for (String name : List.of("tiny", "other")) {
                RandomModel.write(folder.resolve(name), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
            }
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
