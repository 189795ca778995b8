package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.Door.Request;
import dev.hypersd.serve.queue.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Sends {@code -Dhypersd.requests} requests at random to each API (200 by default), in batches. No answer is a fault of
 * the server, each refusal is a sentence in the form of its API, prompts and control characters stay out of the logs,
 * and after each batch nothing is left of it. {@code -Dhypersd.requests.seed} chooses other requests.
 */
class GeneratedRequestsTest {
    private static final int REQUESTS = Integer.getInteger("hypersd.requests", 200);
    private static final String SEED = System.getProperty("hypersd.requests.seed", "1");
    private static final int BATCH = 100;

    /** The only status of the server's own that may be answered: it is shutting down. */
    private static final int UNAVAILABLE = 503;

    private static final LogWatch LOG = new LogWatch();

    /** The options of a server behind a proxy, from which it takes any number of connections in a second. */
    private static final ServerOptions OPTIONS =
            ServerOptions.LOCAL.forEverybody().behind(Proxies.LOCAL).withLog(LOG::accessed);

    private static TinyServer server;

    @BeforeAll
    static void startWithAllNetworksLoaded() throws Exception {
        Limits.Requests usual = Limits.DEFAULT.requests();
        server = new TinyServer(OPTIONS.withLimits(Limits.DEFAULT
                .with(new Limits.Requests(1 << 20, 1 << 18, 1 << 20, usual.maxMemoryBytes(), usual.timeout()))
                .with(new Limits.Clients(
                        1000, 1000, 8, 8, Limits.DEFAULT.clients().moment()))));
        for (String model : List.of("tiny", "sd15")) {
            String controls = "\"controls\": [{\"name\": \"controlnet-sd15\", \"image\": \"%s\"}]"
                    .formatted(TinyServer.base64(64, 64));
            String drawn = TinyServer.SHORT.replace("}", ", \"model\": \"%s\", %s}".formatted(model, controls));
            assertThat(server.post("/v1/images/generations", drawn).statusCode())
                    .isLessThan(500);
        }
    }

    @AfterAll
    static void end() {
        server.close();
        LOG.close();
    }

    /** Sends a request and checks the answer. */
    private interface Client {
        void send(Request request) throws IOException, InterruptedException;
    }

    /** Checks that nothing is left of a batch. */
    private interface Check {
        void run() throws IOException, InterruptedException;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STUDY")
    void requestsAtRandomAreAnsweredOrRefused(Door door) throws Exception {
        Client client =
                door == Door.LIVE ? request -> message(request.body()) : request -> send(server.port(), request);
        sendAll(door, client, () -> {
            server.untilIdle();
            checkJobs();
        });
    }

    @Test
    void votesAtRandomAreKeptOrRefused(@TempDir Path folder) throws Exception {
        try (TinyStudy study = TinyStudy.open(folder, OPTIONS)) {
            sendAll(Door.STUDY, request -> send(study.port(), request), () -> {});
        }
    }

    private static void sendAll(Door door, Client client, Check check) throws Exception {
        JqwikSession.start(SEED);
        try {
            Iterator<Request> requests = door.requests().sampleStream().iterator();
            Optional<Resources> before = Optional.empty();
            for (int sent = 0; sent < REQUESTS; sent += BATCH) {
                for (int i = 0; i < BATCH; i++) {
                    client.send(requests.next());
                }
                check.run();
                LOG.check();
                before = settled(before);
                JqwikSession.finishTry();
            }
        } finally {
            JqwikSession.finish();
        }
    }

    /** Waits until the process holds what it held before; caches and pools fill up in the first batch. */
    private static Optional<Resources> settled(Optional<Resources> before) throws InterruptedException {
        Resources now = Resources.now();
        for (int i = 0; i < 100 && before.isPresent() && !now.isLike(before.get()); i++) {
            Thread.sleep(100);
            now = Resources.now();
        }
        Resources last = now;
        before.ifPresent(held ->
                assertThat(last.isLike(held)).as("%s after %s", last, held).isTrue());
        return before.or(() -> Optional.of(last));
    }

    private static void send(int port, Request request) throws IOException {
        String head = "%s %s HTTP/1.1\r\n%sConnection: close\r\nContent-Type: %s\r\n"
                .formatted(request.method(), request.path(), HostileRequest.HOST, request.type());
        String body = request.type().startsWith("multipart")
                ? request.body()
                : new String(request.body().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        try (RawClient client = RawClient.of(port)) {
            client.send(head + HostileRequest.sized(body));
            String answer = client.untilClosed();
            String what = "the answer to " + request;
            assertThat(answer).as(what).matches("(?s)HTTP/1\\.1 \\d{3} .*");
            int status = Integer.parseInt(answer.substring(9, 12));
            assertThat(status < 500 || status == UNAVAILABLE)
                    .as("%s: %s", what, answer)
                    .isTrue();
            String content =
                    new String(RawClient.body(answer).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            if (status >= 400 && !request.method().equals("HEAD")) {
                ErrorShape.check(what, request.path().replaceFirst("\\?.*", ""), content);
            }
            assertThat(content).as(what).doesNotContain("something went wrong in the server");
        }
    }

    /** Sends a message, and one after it that is refused in any case, up to whose answer everything is an answer. */
    private static void message(String text) throws InterruptedException {
        try (LiveClient client = LiveClient.of(server)) {
            client.send(text.replaceAll("[\\ud800-\\udfff]", "?"));
            client.send("{\"type\": \"end\", \"id\": 99}");
            LiveClient.Message answer = client.next();
            while (answer.about().path("id").asInt(0) != 99) {
                if (answer.type().equals("error")) {
                    ErrorShape.sentence(
                            "the answer to " + text,
                            answer.about().path("message").asString(""));
                    assertThat(answer.about().path("code").asString(""))
                            .as("the answer to %s", text)
                            .isNotEqualTo("failed");
                }
                answer = client.next();
            }
        }
    }

    /** Checks that every job ended well, or for a reason that its client can understand. */
    private static void checkJobs() throws IOException, InterruptedException {
        for (JsonNode job : TinyServer.json(server.get("/v1/jobs")).get("data")) {
            assertThat(job.get("state").asString()).isIn("done", "failed", "cancelled");
            assertThat(job.path("error").path("code").asString("")).isNotEqualTo("failed");
        }
        assertThat(server.get("/history").body()).doesNotContain("something went wrong in the server");
    }
}
