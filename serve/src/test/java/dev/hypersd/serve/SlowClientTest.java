package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.HOST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Clients that send slowly or not at all, all of them at the same time. Each is refused in time, and the server still
 * generates images.
 */
class SlowClientTest {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String POST_JSON =
            "POST " + GENERATIONS + " HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n";

    private static final int TIMEOUT_SECONDS = 2;

    private static TinyServer server;
    private static Future<String> slowHead;
    private static Future<String> slowSecondHead;
    private static Future<String> slowBody;
    private static Future<String> halfBody;
    private static Future<String> silence;

    @BeforeAll
    static void start() {
        Limits.Requests usual = Limits.DEFAULT.requests();
        server = new TinyServer(ServerOptions.LOCAL.withLimits(Limits.DEFAULT.with(new Limits.Requests(
                1 << 20, 1 << 18, 1 << 20, usual.maxMemoryBytes(), Duration.ofSeconds(TIMEOUT_SECONDS)))));
        slowHead = trickle("GET /healthz HTTP/1.1\r\n" + HOST + "X-Slow: ");
        slowSecondHead = trickle("GET /healthz HTTP/1.1\r\n" + HOST + "\r\nGET /healthz HTTP/1.1\r\nX-Slow: ");
        slowBody = trickle(POST_JSON + "Content-Length: 9999\r\n\r\n");
        halfBody = send(POST_JSON + "Content-Length: 9999\r\n\r\n{");
        silence = send("");
    }

    @AfterAll
    static void afterwardsTheServerStillGeneratesAndHoldsNothing() throws Exception {
        assertThat(server.post(GENERATIONS, TinyServer.SHORT).statusCode()).isEqualTo(200);
        assertThat(server.metric("hypersd_intake_bytes")).isZero();
        assertThat(server.metric("hypersd_live_sessions")).isZero();
        server.close();
    }

    @Test
    void headersThatArriveByteByByteEndInAClosedConnection() throws Exception {
        assertThat(slowHead.get()).isEmpty();
    }

    @Test
    void headersThatArriveByteByByteAfterAnEarlierRequestEndInAClosedConnectionToo() throws Exception {
        assertThat(slowSecondHead.get()).startsWith("HTTP/1.1 200").containsOnlyOnce("HTTP/1.1");
    }

    @Test
    void aBodyThatArrivesByteByByteIsRefusedWithStatus408() throws Exception {
        assertThat(slowBody.get()).startsWith("HTTP/1.1 408").contains("the body did not arrive completely within 2 s");
    }

    @Test
    void aBodyThatNeverArrivesIsRefusedWithStatus408() throws Exception {
        assertThat(halfBody.get()).startsWith("HTTP/1.1 408").contains("the body did not arrive completely within 2 s");
    }

    @Test
    void aConnectionWithoutARequestIsClosed() throws Exception {
        assertThat(silence.get()).isEmpty();
    }

    /** Sends {@code begin}, and returns what the server sends until it closes the connection. */
    private static Future<String> send(String begin) {
        return inBackground(() -> {
            try (RawClient client = RawClient.of(server)) {
                client.send(begin);
                return client.untilClosed();
            }
        });
    }

    /** Sends {@code begin} and then a byte every 100 ms, until the server closes the connection. */
    private static Future<String> trickle(String begin) {
        return inBackground(() -> {
            try (RawClient client = RawClient.of(server)) {
                client.send(begin);
                Thread sending = Thread.ofVirtual().start(() -> sendForever(client));
                String response = client.untilClosed();
                sending.interrupt();
                sending.join();
                return response;
            }
        });
    }

    private static void sendForever(RawClient client) {
        try {
            while (true) {
                client.send("x");
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Future<String> inBackground(Callable<String> client) {
        FutureTask<String> task = new FutureTask<>(client);
        Thread.ofVirtual().start(task);
        return task;
    }
}
