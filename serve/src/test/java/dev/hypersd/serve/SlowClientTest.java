package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.HOST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that send slowly or not at all. Each is refused in time, and the server still generates images. */
class SlowClientTest {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String POST_JSON =
            "POST " + GENERATIONS + " HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n";

    private static final int TIMEOUT_SECONDS = 2;

    private static TinyServer server;

    @BeforeAll
    static void start() {
        Limits.Requests usual = Limits.DEFAULT.requests();
        server = new TinyServer(ServerOptions.LOCAL.withLimits(Limits.DEFAULT.with(new Limits.Requests(
                1 << 20, 1 << 18, 1 << 20, usual.maxMemoryBytes(), Duration.ofSeconds(TIMEOUT_SECONDS)))));
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
        assertThat(trickle("GET /healthz HTTP/1.1\r\n" + HOST + "X-Slow: ")).isEmpty();
    }

    @Test
    void headersThatArriveByteByByteAfterAnEarlierRequestEndInAClosedConnectionToo() throws Exception {
        String response = trickle("GET /healthz HTTP/1.1\r\n" + HOST + "\r\nGET /healthz HTTP/1.1\r\nX-Slow: ");
        assertThat(response).startsWith("HTTP/1.1 200").containsOnlyOnce("HTTP/1.1");
    }

    @Test
    void aBodyThatArrivesByteByByteIsRefusedWithStatus408() throws Exception {
        assertThat(trickle(POST_JSON + "Content-Length: 9999\r\n\r\n"))
                .startsWith("HTTP/1.1 408")
                .contains("the body did not arrive completely within 2 s");
    }

    @Test
    void aBodyThatNeverArrivesIsRefusedWithStatus408() throws Exception {
        try (RawClient client = RawClient.of(server)) {
            client.send(POST_JSON + "Content-Length: 9999\r\n\r\n{");
            assertThat(client.answer())
                    .startsWith("HTTP/1.1 408")
                    .contains("the body did not arrive completely within 2 s");
        }
    }

    @Test
    void aConnectionWithoutARequestIsClosed() throws Exception {
        try (RawClient client = RawClient.of(server)) {
            assertThat(client.answer()).isEmpty();
        }
    }

    /** Sends {@code begin} and then a byte every 100 ms, until the server closes the connection. */
    private static String trickle(String begin) throws Exception {
        try (RawClient client = RawClient.of(server)) {
            client.send(begin);
            Thread sending = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 80; i++) {
                    client.send("x");
                    try {
                        Thread.sleep(100);
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            String response = client.untilClosed();
            sending.interrupt();
            sending.join();
            return response;
        }
    }
}
