package dev.hypersd.serve;

import dev.hypersd.image.Image;
import dev.hypersd.study.Question;
import dev.hypersd.study.Study;
import dev.hypersd.study.StudyMethod;
import dev.hypersd.study.StudyPictures;
import dev.hypersd.study.StudyResult;
import dev.hypersd.study.VoteFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A server of a study whose methods draw grey pictures, each its own shade, with a client of it. */
final class TinyStudy implements AutoCloseable {
    /** Two prompts, three methods. */
    static final int PAIRS = 6;

    /** Their names must not appear in any response. */
    private static final List<String> METHODS = List.of("Dark-method", "Middle-method", "Bright-method");

    static final Study STUDY = new Study(
            METHODS.stream()
                    .map(name -> new StudyMethod(name, "secret-" + name))
                    .toList(),
            List.of("a grey cat", "a grey <b>dog</b> & \"friends\""),
            List.of(7L),
            Optional.empty(),
            List.of(
                    new Question("quality", "Which picture is better?"),
                    new Question("alignment", "Which picture fits the words better?")),
            true,
            OptionalInt.empty());

    private final VoteFile votes;
    private final StudyServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    private TinyStudy(VoteFile votes, StudyPictures pictures, ServerOptions options) {
        this.votes = votes;
        this.server = StudyServer.start(votes, pictures, options);
    }

    static TinyStudy open(Path folder, ServerOptions options) {
        return open(folder, TinyStudy::picture, options);
    }

    static TinyStudy open(Path folder, StudyPictures pictures, ServerOptions options) {
        return new TinyStudy(VoteFile.open(folder.resolve("votes.jsonl"), STUDY), pictures, options);
    }

    /** Returns the brightness of the pictures of a method. */
    static int brightness(String method) {
        return 60 + 60 * METHODS.indexOf(method);
    }

    private static Image picture(int prompt, long seed, String method) {
        byte[] grey = new byte[3 * 16 * 16];
        Arrays.fill(grey, (byte) (brightness(method) + prompt));
        return new Image(16, 16, grey);
    }

    VoteFile votes() {
        return votes;
    }

    StudyResult result() {
        return StudyResult.of(votes);
    }

    int port() {
        return server.port();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    HttpResponse<byte[]> bytes(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofByteArray());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .POST(BodyPublishers.ofString(json))
                        .header("Content-Type", "application/json")
                        .build(),
                BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.shutdownNow();
        server.close();
    }
}
