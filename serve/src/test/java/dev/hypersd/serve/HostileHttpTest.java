package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.sized;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that are hostile in their HTTP: malformed, oversized, slow, from other sites, for files outside of the page,
 * and broken WebSockets. Each gets exactly the response that it should, and the server still generates images.
 */
class HostileHttpTest {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String HOST = "Host: localhost\r\n";
    private static final String POST_JSON =
            "POST " + GENERATIONS + " HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n";

    /** The error of a request that never reaches a route. */
    private static final String NOT_HTTP = "\"the request is not valid HTTP/1.1\"";

    private static final String NOT_FOUND = "\"there is nothing at this address\"";
    private static final String WRONG_METHOD = "\"this address does not accept this method\"";
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

    @ParameterizedTest(name = "{0}")
    @MethodSource({"malformed", "oversized", "foreign", "escapes", "webSockets"})
    void aHostileRequestGetsExactlyTheResponseThatItShould(HostileRequest request) throws IOException {
        request.check(server.port());
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

    /** Requests that are not HTTP, or hardly. */
    static Stream<HostileRequest> malformed() {
        return Stream.of(
                new HostileRequest("binary data", "\0\1\2\3\r\n\r\n", 400, NOT_HTTP),
                new HostileRequest(
                        "TLS to a port without TLS",
                        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n",
                        400,
                        NOT_HTTP),
                new HostileRequest("no HTTP version", "GET /\r\n\r\n", 505, NOT_HTTP),
                new HostileRequest("HTTP/9.9", "GET / HTTP/9.9\r\n" + HOST + "\r\n", 505, NOT_HTTP),
                new HostileRequest("HTTP/2 without negotiation", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 426, NOT_HTTP),
                new HostileRequest("no Host header", "GET /healthz HTTP/1.1\r\n\r\n", 400, NOT_HTTP),
                new HostileRequest(
                        "two Host headers",
                        "GET /healthz HTTP/1.1\r\n" + HOST + "Host: evil.example\r\n\r\n",
                        400,
                        NOT_HTTP),
                new HostileRequest("an unknown method", "BREW / HTTP/1.1\r\n" + HOST + "\r\n", 405, WRONG_METHOD),
                new HostileRequest(
                        "TRACE", "TRACE / HTTP/1.1\r\n" + HOST + "Cookie: secret\r\n\r\n", 405, WRONG_METHOD),
                new HostileRequest("CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + "\r\n", 400, NOT_HTTP),
                new HostileRequest(
                        "a request to a proxy",
                        "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        "\"foreign_host\""),
                new HostileRequest(
                        "a method that the address does not accept",
                        "DELETE " + GENERATIONS + " HTTP/1.1\r\n" + HOST + "\r\n",
                        405,
                        WRONG_METHOD),
                new HostileRequest(
                        "a header without a colon",
                        "GET /healthz HTTP/1.1\r\n" + HOST + "nonsense\r\n\r\n",
                        400,
                        NOT_HTTP),
                new HostileRequest(
                        "a header with a null character",
                        "GET /healthz HTTP/1.1\r\n" + HOST + "X: a\0b\r\n\r\n",
                        400,
                        NOT_HTTP),
                new HostileRequest(
                        "a folded header", "GET /healthz HTTP/1.1\r\n" + HOST + "X: a\r\n b\r\n\r\n", 400, NOT_HTTP),
                new HostileRequest(
                        "a space before the colon",
                        "GET /healthz HTTP/1.1\r\n" + HOST + "X : a\r\n\r\n",
                        400,
                        NOT_HTTP),
                new HostileRequest(
                        "two lengths", POST_JSON + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, NOT_HTTP),
                new HostileRequest(
                        "a length and chunks (request smuggling)",
                        POST_JSON
                                + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                                + "GET /metrics HTTP/1.1\r\n"
                                + HOST + "\r\n",
                        400,
                        NOT_HTTP),
                new HostileRequest("a negative length", POST_JSON + "Content-Length: -1\r\n\r\n{}", 400, NOT_HTTP),
                new HostileRequest(
                        "a length beyond all numbers",
                        POST_JSON + "Content-Length: 99999999999999999999\r\n\r\n{}",
                        400,
                        NOT_HTTP),
                new HostileRequest(
                        "a chunk without a length",
                        POST_JSON + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
                        400,
                        "\"the body is not valid HTTP/1.1, or ends before it is complete\""),
                new HostileRequest(
                        "an unknown transfer coding", POST_JSON + "Transfer-Encoding: bomb\r\n\r\n{}", 400, NOT_HTTP));
    }

    /** Requests that are larger than the server reads. */
    static Stream<HostileRequest> oversized() throws IOException {
        String tooLong = "\"the address or the headers of the request are too long\"";
        String tooLarge = "\"the body is larger than the 1048576 bytes that are read\"";
        String compressed = "\"compressed bodies are not read: send it without compression\"";
        String chunk = "10000\r\n" + "a".repeat(0x10000) + "\r\n";
        return Stream.of(
                new HostileRequest(
                        "an address of 100 kB",
                        "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n" + HOST + "\r\n",
                        414,
                        tooLong),
                new HostileRequest(
                        "a header of 100 kB",
                        "GET /healthz HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(100_000) + "\r\n\r\n",
                        431,
                        tooLong),
                new HostileRequest(
                        "ten thousand headers",
                        "GET /healthz HTTP/1.1\r\n" + HOST + "X: a\r\n".repeat(10_000) + "\r\n",
                        431,
                        tooLong),
                new HostileRequest(
                        "a body of 1 GB by its header", POST_JSON + "Content-Length: 999999999\r\n\r\n", 413, tooLarge),
                new HostileRequest(
                        "a body of 2.5 MB in chunks",
                        POST_JSON + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(40),
                        413,
                        tooLarge),
                new HostileRequest(
                        "a compressed body",
                        POST_JSON + "Content-Encoding: gzip\r\n" + sized("x".repeat(20)),
                        415,
                        compressed),
                new HostileRequest(
                        "a compressed body of 10 MB of zeros",
                        POST_JSON + "Content-Encoding: gzip\r\n" + sized(gzip(new byte[10 << 20])),
                        415,
                        compressed));
    }

    /** Requests that pages of other sites, or names of other servers, lead here. */
    static Stream<HostileRequest> foreign() {
        String foreignOrigin = "\"foreign_origin\"";
        return Stream.of(
                new HostileRequest(
                        "a name that was rebound to this address",
                        "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        "\"foreign_host\""),
                new HostileRequest(
                        "a form of a page of another site",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + HOST
                                + "Origin: https://evil.example\r\nContent-Type: text/plain\r\n"
                                + sized("{}"),
                        403,
                        foreignOrigin),
                new HostileRequest(
                        "the preflight request of such a page",
                        "OPTIONS " + GENERATIONS + " HTTP/1.1\r\n" + HOST
                                + "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
                        403,
                        foreignOrigin),
                new HostileRequest(
                        "an image element of such a page",
                        "GET /metrics HTTP/1.1\r\n" + HOST
                                + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n\r\n",
                        403,
                        foreignOrigin),
                new HostileRequest(
                        "a page of this host at another port",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + HOST + "Origin: http://localhost:81\r\n\r\n",
                        403,
                        foreignOrigin),
                new HostileRequest(
                        "a body of a type that pages of other sites may send",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + HOST + "Content-Type: text/plain\r\n" + sized("{}"),
                        415,
                        "\"the body must be JSON: send the header Content-Type: application/json\""));
    }

    /** Addresses that try to lead to files that are not part of the page, and names that try to be paths. */
    static Stream<HostileRequest> escapes() {
        return Stream.of(
                get("/page/../../../../etc/passwd", 400, NOT_HTTP),
                get("/page/..%2f..%2f..%2fetc%2fpasswd", 404, NOT_FOUND),
                get("/page/%2e%2e/%2e%2e/etc/passwd", 400, NOT_HTTP),
                get("/page/..%5c..%5cetc%5cpasswd", 404, NOT_FOUND),
                get("/page/..;/Server.class", 400, NOT_HTTP),
                get("/page/Server.class", 404, NOT_FOUND),
                get("/page/index.html%00.js", 400, NOT_HTTP),
                get("/page//etc/passwd", 404, NOT_FOUND),
                get("/v1/models/..%2f..%2fetc", 404, "there is no model \\\\\"../../etc\\\\\""),
                get("/%c0%ae%c0%ae/etc/passwd", 400, NOT_HTTP),
                get("/%zz", 400, NOT_HTTP),
                new HostileRequest(
                        "a model by its path",
                        RawClient.posting(GENERATIONS, "{\"prompt\": \"a\", \"model\": \"../../../etc/passwd\"}"),
                        404,
                        "there is no model"),
                new HostileRequest(
                        "a LoRA by its path",
                        RawClient.posting(GENERATIONS, "{\"prompt\": \"a\", \"loras\": [{\"name\": \"/etc/passwd\"}]}"),
                        404,
                        "there is no LoRA"),
                new HostileRequest(
                        "switching to a model by its path",
                        RawClient.posting("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"..\"}"),
                        404,
                        "\"detail\":\"there is no model"));
    }

    /**
     * Handshakes and frames that violate the WebSocket protocol. After 101, 0x88 begins a close frame with its code.
     */
    static Stream<HostileRequest> webSockets() {
        String upgrade = "GET /v1/live HTTP/1.1\r\n" + HOST + "Upgrade: websocket\r\nConnection: Upgrade\r\n";
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        String version = "Sec-WebSocket-Version: 13\r\n";
        String handshake = upgrade + key + version + "\r\n";
        String protocolError = "\u0088.\u0003\u00ea";
        String tooBig = "\u0088.\u0003\u00f1";
        String invalidText = "\u0088.\u0003\u00ef";
        String otherVersion = "\"live sessions are WebSockets: connect with version 13 of the protocol\"";
        return Stream.of(
                new HostileRequest(
                        "an upgrade without a key",
                        upgrade + version + "\r\n",
                        400,
                        "\"a WebSocket begins with the header Sec-WebSocket-Key\""),
                new HostileRequest(
                        "an upgrade to an old version",
                        upgrade + key + "Sec-WebSocket-Version: 1\r\n\r\n",
                        426,
                        otherVersion),
                new HostileRequest(
                        "an upgrade by a page of another site",
                        upgrade + key + version + "Origin: https://evil.example\r\n\r\n",
                        403,
                        "\"pages of other sites may not use this server; --allow-origin"),
                new HostileRequest(
                        "a live session without an upgrade",
                        "GET /v1/live HTTP/1.1\r\n" + HOST + "\r\n",
                        426,
                        otherVersion),
                new HostileRequest(
                        "an upgrade at an address without WebSockets",
                        upgrade.replace("/v1/live", "/v1/models") + key + version + "\r\n",
                        404,
                        NOT_FOUND),
                new HostileRequest("an unmasked frame", handshake + "\u0081\u0002{}", 101, protocolError),
                new HostileRequest(
                        "a frame of 2^63 bytes",
                        handshake + "\u0081\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0\0\0\0",
                        101,
                        tooBig),
                new HostileRequest(
                        "a compressed frame, which was not negotiated",
                        handshake.replace(version, version + "Sec-WebSocket-Extensions: permessage-deflate\r\n")
                                + "\u00c1\u0082\0\0\0\0{}",
                        101,
                        protocolError),
                new HostileRequest("an unknown opcode", handshake + "\u0083\u0080\0\0\0\0", 101, protocolError),
                new HostileRequest(
                        "text that is not UTF-8", handshake + "\u0081\u0082\0\0\0\0\u00ff\u00fe", 101, invalidText));
    }

    private static HostileRequest get(String path, int status, String body) {
        return new HostileRequest(path, "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n", status, body);
    }

    private static String gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toString(StandardCharsets.ISO_8859_1);
    }
}
