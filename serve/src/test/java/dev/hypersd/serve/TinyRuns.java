package dev.hypersd.serve;

import dev.hypersd.file.FolderLock;
import dev.hypersd.image.Image;
import dev.hypersd.run.RunFolder;
import dev.hypersd.run.RunFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** A server of two runs, of which the first goes on and the second has a damaged log, with a client of it. */
final class TinyRuns implements AutoCloseable {
    static final String GOING = "mini/going";
    static final String ENDED = "mini/<b>ended</b> & more";

    private final Path root;
    private final RunsServer server;
    private final FolderLock lock;
    private final HttpClient client = HttpClient.newHttpClient();

    private TinyRuns(Path root, ServerOptions options) throws IOException {
        this.root = root;
        write(ENDED, 40, "objective=base\ntraining.steps=40\nseed=1\n");
        write(GOING, 20, "objective=base\ntraining.steps=60\nseed=1\n");
        append(ENDED, "damaged\n");
        append(GOING, "{\"step\":20,\"changed\":{\"seed\":\"0 -> 1\"}}\n");
        this.lock = FolderLock.of(root.resolve(GOING));
        this.server = RunsServer.start(RunFolders.in(root, TinyRuns::keys), options);
    }

    static TinyRuns open(Path root, ServerOptions options) throws IOException {
        return new TinyRuns(root, options);
    }

    private void write(String name, int steps, String recipe) throws IOException {
        Path samples = Files.createDirectories(root.resolve(name).resolve("samples"));
        Files.writeString(root.resolve(name).resolve(RunFolder.RECIPE), recipe);
        for (int step = 1; step <= steps; step++) {
            log(name, step);
            if (step % 10 == 0) {
                append(name, "{\"step\":%d,\"student/held-out loss\":%s}%n".formatted(step, 2.0 / step));
                byte[] grey = new byte[3 * 16 * 16];
                Arrays.fill(grey, (byte) (5 * step));
                new Image(16, 16, grey).write(samples.resolve("step-%08d-samples.png".formatted(step)));
            }
        }
    }

    /** Appends a step to the log of a run. */
    void log(String name, int step) throws IOException {
        append(
                name,
                "{\"step\":%d,\"student/loss\":%s,\"student/rate\":%s,\"samples\":8,\"seconds\":90}%n"
                        .formatted(step, 1.0 / step, step % 2 == 0 ? 1e-4 : 0));
    }

    void append(String name, String text) throws IOException {
        Files.writeString(
                root.resolve(name).resolve("log.jsonl"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static SortedMap<String, String> keys(Path file) {
        SortedMap<String, String> keys = new TreeMap<>();
        try {
            Files.readAllLines(file).forEach(line -> keys.put(line.split("=", 2)[0], line.split("=", 2)[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return keys;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
        client.shutdownNow();
        server.close();
        lock.close();
    }
}
