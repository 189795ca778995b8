package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.Door.Request;
import dev.hypersd.serve.queue.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import net.jqwik.api.sessions.JqwikSession;
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

    @TempDir
    private Path folder;

    /** Sends a request and checks the answer. */
    private interface Client {
        void send(Request request) throws IOException, InterruptedException;
    }

    /** Checks that nothing is left of a batch. */
    private interface Check {
        void run() throws IOException, InterruptedException;
    }

    @ParameterizedTest
    @EnumSource(
            names = {"LIVE", "STUDY"},
            mode = EnumSource.Mode.EXCLUDE)
    void requestsAtRandomAreAnsweredOrRefused(Door door) throws Exception {
        try (LogWatch log = new LogWatch();
                TinyServer server = new TinyServer(options().withLog(log::accessed))) {
            sendAll(door, request -> send(server.port(), request), () -> {
                server.untilIdle();
                checkJobs(server);
                log.check();
            });
        }
    }

    @Test
    void messagesAtRandomInLiveSessionsAreAnsweredOrRefused() throws Exception {
        try (LogWatch log = new LogWatch();
                TinyServer server = new TinyServer(options().withLog(log::accessed))) {
            sendAll(Door.LIVE, request -> message(server, request), () -> {
                server.untilIdle();
                log.check();
            });
        }
    }

    @Test
    void votesAtRandomAreKeptOrRefused() throws Exception {
        try (LogWatch log = new LogWatch();
                TinyStudy study = TinyStudy.open(folder, ServerOptions.LOCAL.withLog(log::accessed))) {
            sendAll(Door.STUDY, request -> send(study.port(), request), log::check);
        }
    }

    private static ServerOptions options() {
        Limits.Requests usual = Limits.DEFAULT.requests();
        return ServerOptions.LOCAL.withLimits(Limits.DEFAULT
                .with(new Limits.Requests(1 << 20, 1 << 18, 1 << 20, usual.maxMemoryBytes(), usual.timeout()))
                .with(new Limits.Clients(1000, 1000, 8, 8)));
    }

    private static void sendAll(Door door, Client client, Check check) throws Exception {
        JqwikSession.start(SEED);
        try {
            Iterator<Request> requests = door.requests().sampleStream().iterator();
            Resources before = null;
            for (int sent = 0; sent < REQUESTS; sent += BATCH) {
                for (int i = 0; i < BATCH; i++) {
                    client.send(requests.next());
                }
                check.run();
                // Caches and pools fill up in the first batch.
                Resources first = before == null ? Resources.now() : before;
                TinyServer.until(() -> Resources.now().isLike(first));
                before = first;
                JqwikSession.finishTry();
            }
        } finally {
            JqwikSession.finish();
        }
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
    private static void message(TinyServer server, Request request) throws InterruptedException {
        try (LiveClient client = LiveClient.of(server)) {
            client.send(request.body());
            client.send("{\"type\": \"end\", \"id\": 99}");
            LiveClient.Message answer = client.next();
            while (answer.about().path("id").asInt(0) != 99) {
                if (answer.type().equals("error")) {
                    ErrorShape.sentence(
                            "the answer to " + request.body(),
                            answer.about().path("message").asString(""));
                    assertThat(answer.about().path("code").asString(""))
                            .as("the answer to %s", request.body())
                            .isNotEqualTo("failed");
                }
                answer = client.next();
            }
        }
    }

    /** Checks that every job ended well, or for a reason that its client can understand. */
    private static void checkJobs(TinyServer server) throws IOException, InterruptedException {
        for (JsonNode job : TinyServer.json(server.get("/v1/jobs")).get("data")) {
            assertThat(job.get("state").asString()).isIn("done", "failed", "cancelled");
            assertThat(job.path("error").path("code").asString("")).isNotEqualTo("failed");
        }
        assertThat(server.get("/history").body()).doesNotContain("something went wrong in the server");
    }
}
