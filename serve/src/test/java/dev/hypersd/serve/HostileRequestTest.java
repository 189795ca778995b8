package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a server at an open port is sent sooner or later: each is answered as it should be, and the server still draws.
 */
class HostileRequestTest {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String EDITS = "/v1/images/edits";
    private static final int READING_SECONDS = 2;

    private static TinyServer server;

    /**
     * A request.
     *
     * @param name what it tries
     * @param bytes as they are sent
     * @param answer a regular expression of what the first line and the body contain
     */
    record Attack(String name, String bytes, String answer) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() {
        Limits.Requests usual = Limits.DEFAULT.requests();
        server = new TinyServer(ServerOptions.LOCAL.withLimits(Limits.DEFAULT.with(new Limits.Requests(
                1 << 20, 1 << 18, 1 << 20, usual.maxMemoryBytes(), Duration.ofSeconds(READING_SECONDS)))));
    }

    @AfterAll
    static void theServerStillDrawsAndHoldsNothing() throws Exception {
        assertThat(server.post(GENERATIONS, TinyServer.SHORT).statusCode()).isEqualTo(200);
        assertThat(server.metric("hypersd_intake_bytes")).isZero();
        assertThat(server.metric("hypersd_live_sessions")).isZero();
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void isAnsweredAsItShouldBe(Attack attack) throws IOException {
        try (RawClient client = RawClient.of(server)) {
            client.send(attack.bytes());
            String answer = client.answer();
            String head = answer.lines().findFirst().orElse("closed");
            int body = answer.indexOf("\r\n\r\n");
            String seen = head + " " + (body < 0 ? "" : answer.substring(body + 4));
            assertThat(seen).as(attack.name()).containsPattern(attack.answer());
            assertThat(answer)
                    .as("nothing of the inside is told")
                    .doesNotContain("Exception", "dev.hypersd", "org.eclipse", "/tmp/", "testdata", "\tat ");
        }
    }

    @Test
    void aHeadThatTricklesInIsNotWaitedFor() throws Exception {
        assertThat(trickle("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "))
                .isEmpty();
    }

    @Test
    void aHeadThatTricklesInAfterAWellFormedRequestIsNotWaitedForEither() throws Exception {
        String answer = trickle("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nX-Slow: ");
        assertThat(answer).startsWith("HTTP/1.1 200").containsOnlyOnce("HTTP/1.1");
    }

    @Test
    void aBodyThatTricklesInIsRefused() throws Exception {
        assertThat(
                        trickle(
                                "POST " + GENERATIONS
                                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"))
                .startsWith("HTTP/1.1 408")
                .contains("the body did not arrive completely within 2 s");
    }

    @Test
    void aBodyThatNeverComesIsRefused() throws Exception {
        try (RawClient client = RawClient.of(server)) {
            client.send(
                    "POST " + GENERATIONS
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{");
            assertThat(client.answer()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws Exception {
        try (RawClient client = RawClient.of(server)) {
            assertThat(client.answer()).isEmpty();
        }
    }

    /** Sends {@code begin} and then a byte now and then, until the server has had enough. */
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
            String answer = client.untilClosed();
            sending.interrupt();
            sending.join();
            return answer;
        }
    }

    static Stream<Attack> attacks() throws IOException {
        return Stream.of(malformed(), oversized(), foreign(), escapes(), fields(), pictures(), forms(), sockets())
                .flatMap(s -> s);
    }

    /** What is no HTTP, or hardly. */
    private static Stream<Attack> malformed() {
        String host = "Host: localhost\r\n";
        String json = "Content-Type: application/json\r\n";
        return Stream.of(
                new Attack("no HTTP at all", "\0\1\2\3\r\n\r\n", "400|closed"),
                new Attack(
                        "TLS to a plain port",
                        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n",
                        "400|closed"),
                new Attack("no version", "GET /\r\n\r\n", "400|505|closed"),
                new Attack("HTTP/9.9", "GET / HTTP/9.9\r\n" + host + "\r\n", "505|400"),
                new Attack("HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400|505|426|closed"),
                new Attack("no Host", "GET /healthz HTTP/1.1\r\n\r\n", "400"),
                new Attack("two Hosts", "GET /healthz HTTP/1.1\r\n" + host + "Host: evil.example\r\n\r\n", "400"),
                new Attack("a method that is none", "BREW / HTTP/1.1\r\n" + host + "\r\n", "404|405|501"),
                new Attack("TRACE", "TRACE / HTTP/1.1\r\n" + host + "Cookie: secret\r\n\r\n", "405|404|501"),
                new Attack("CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\n" + host + "\r\n", "40[0345]|501"),
                new Attack("a proxy request", "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403"),
                new Attack(
                        "the wrong method",
                        "DELETE " + GENERATIONS + " HTTP/1.1\r\n" + host + "\r\n",
                        "405 .*\"method\""),
                new Attack("a header without a colon", "GET /healthz HTTP/1.1\r\n" + host + "nonsense\r\n\r\n", "400"),
                new Attack("a header with a null", "GET /healthz HTTP/1.1\r\n" + host + "X: a\0b\r\n\r\n", "400"),
                new Attack("a folded header", "GET /healthz HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n", "400"),
                new Attack("space before the colon", "GET /healthz HTTP/1.1\r\n" + host + "X : a\r\n\r\n", "400"),
                new Attack(
                        "two lengths",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + host + json
                                + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                        "400"),
                new Attack(
                        "a length and chunks (smuggling)",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + host + json
                                + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n"
                                + host + "\r\n",
                        "400"),
                new Attack(
                        "a negative length",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + host + json + "Content-Length: -1\r\n\r\n{}",
                        "400"),
                new Attack(
                        "a length beyond all numbers",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + host + json
                                + "Content-Length: 99999999999999999999\r\n\r\n{}",
                        "400|413"),
                new Attack(
                        "a chunk that is none",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + host + json
                                + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
                        "400|408"),
                new Attack(
                        "an unknown transfer coding",
                        "POST " + GENERATIONS + " HTTP/1.1\r\n" + host + json + "Transfer-Encoding: bomb\r\n\r\n{}",
                        "400|501"));
    }

    /** More than is read. */
    private static Stream<Attack> oversized() throws IOException {
        String host = "Host: localhost\r\n";
        String post = "POST " + GENERATIONS + " HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n";
        String chunk = "10000\r\n" + "a".repeat(0x10000) + "\r\n";
        return Stream.of(
                new Attack(
                        "a line of 100 kB",
                        "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n" + host + "\r\n",
                        "414|431|400"),
                new Attack(
                        "a header of 100 kB",
                        "GET /healthz HTTP/1.1\r\n" + host + "X: " + "a".repeat(100_000) + "\r\n\r\n",
                        "431"),
                new Attack(
                        "ten thousand headers",
                        "GET /healthz HTTP/1.1\r\n" + host + "X: a\r\n".repeat(10_000) + "\r\n",
                        "431"),
                new Attack(
                        "a body that is said to be large",
                        post + "Content-Length: 999999999\r\n\r\n",
                        "413 .*\"the body is larger than the 1048576 bytes that are read\""),
                new Attack(
                        "a body that is large without saying",
                        post + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(40),
                        "413|closed"),
                new Attack(
                        "a compressed body",
                        post + "Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + "x".repeat(20),
                        "415 .*compressed bodies are not read"),
                new Attack(
                        "a bomb of zeros",
                        post + "Content-Encoding: gzip\r\n" + sized(gzip(new byte[10 << 20])),
                        "415"),
                new Attack(
                        "JSON of a thousand levels",
                        RawClient.posting(GENERATIONS, "{\"prompt\":" + "[".repeat(1000) + "]".repeat(1000) + "}"),
                        "400"),
                new Attack(
                        "a number of a thousand digits",
                        RawClient.posting(GENERATIONS, "{\"prompt\": \"a\", \"seed\": " + "9".repeat(1000) + "}"),
                        "400"),
                new Attack(
                        "a prompt of 100 kB",
                        RawClient.posting(GENERATIONS, "{\"prompt\": \"" + "a".repeat(100_000) + "\"}"),
                        "400 .*a prompt of 100000 characters is more than this server allows: 4000 is the most"),
                new Attack(
                        "a prompt of a hundred LoRA tags",
                        RawClient.posting(
                                "/sdapi/v1/txt2img", "{\"prompt\": \"" + "<lora:sd15-a-kohya:1>".repeat(100) + "\"}"),
                        "400 .*100 LoRAs is more than this server allows: 8 is the most"));
    }

    /** From elsewhere. */
    private static Stream<Attack> foreign() {
        return Stream.of(
                new Attack(
                        "a rebound name",
                        "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        "403 .*foreign_host"),
                new Attack(
                        "a page of another site",
                        "POST " + GENERATIONS
                                + " HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
                        "403 .*foreign_origin"),
                new Attack(
                        "its preflight",
                        "OPTIONS " + GENERATIONS
                                + " HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
                        "403"),
                new Attack(
                        "a picture of another site's page",
                        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n\r\n",
                        "403"),
                new Attack(
                        "a form of this site's name and another port",
                        "POST " + GENERATIONS + " HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:81\r\n\r\n",
                        "403"),
                new Attack(
                        "a body without JSON's type, which pages may send",
                        "POST " + GENERATIONS
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
                        "415"));
    }

    /** Out of the folders. */
    private static Stream<Attack> escapes() {
        return Stream.concat(
                Stream.of(
                                "/page/../../../../etc/passwd",
                                "/page/..%2f..%2f..%2fetc%2fpasswd",
                                "/page/%2e%2e/%2e%2e/etc/passwd",
                                "/page/..%5c..%5cetc%5cpasswd",
                                "/page/..;/Server.class",
                                "/page/Server.class",
                                "/page/index.html%00.js",
                                "/page//etc/passwd",
                                "/v1/models/..%2f..%2fetc",
                                "/%c0%ae%c0%ae/etc/passwd",
                                "/%zz")
                        .map(path ->
                                new Attack(path, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "40[034]")),
                Stream.of(
                        new Attack(
                                "a model by its path",
                                RawClient.posting(
                                        GENERATIONS, "{\"prompt\": \"a\", \"model\": \"../../../etc/passwd\"}"),
                                "404 .*model_not_found"),
                        new Attack(
                                "a LoRA by its path",
                                RawClient.posting(
                                        GENERATIONS, "{\"prompt\": \"a\", \"loras\": [{\"name\": \"/etc/passwd\"}]}"),
                                "404 .*there is no LoRA"),
                        new Attack(
                                "a LoRA by its path in a prompt",
                                RawClient.posting("/sdapi/v1/txt2img", "{\"prompt\": \"<lora:../../x:1>\"}"),
                                "404 .*there is no LoRA"),
                        new Attack(
                                "a model that is switched to by its path",
                                RawClient.posting("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"..\"}"),
                                "404 .*there is no model")));
    }

    /** Fields that make no sense. */
    private static Stream<Attack> fields() {
        return Stream.of(
                        "{\"prompt\": \"a\", \"steps\": 2147483648}",
                        "{\"prompt\": \"a\", \"steps\": -5}",
                        "{\"prompt\": \"a\", \"steps\": 1000000}",
                        "{\"prompt\": \"a\", \"steps\": 1.5}",
                        "{\"prompt\": \"a\", \"n\": 0}",
                        "{\"prompt\": \"a\", \"n\": 1000000}",
                        "{\"prompt\": \"a\", \"size\": \"99999999x8\"}",
                        "{\"prompt\": \"a\", \"size\": \"-8x-8\"}",
                        "{\"prompt\": \"a\", \"width\": 0, \"height\": 64}",
                        "{\"prompt\": \"a\", \"guidance\": NaN}",
                        "{\"prompt\": \"a\", \"guidance\": -1}",
                        "{\"prompt\": \"a\", \"eta\": 2}",
                        "{\"prompt\": \"a\", \"eta\": \"lots\"}",
                        "{\"prompt\": \"a\", \"seed\": 1e300}",
                        "{\"prompt\": \"a\", \"sampler\": \"nothing\"}",
                        "{\"prompt\": \"a\", \"strength\": 5, \"image\": \"%s\"}".formatted(TinyServer.base64(64, 64)),
                        "{\"prompt\": \"a\", \"prompt\": \"b\"}",
                        "{\"prompt\": null}",
                        "{\"prompt\": \"\\ud800\", \"steps\": 0}",
                        "{\"prompt\": \"a\"} {\"prompt\": \"b\"}",
                        "[{\"prompt\": \"a\"}]",
                        "\"prompt\"",
                        "")
                .map(body -> new Attack(
                        body.isEmpty() ? "nothing" : body.substring(0, Math.min(60, body.length())),
                        RawClient.posting(GENERATIONS, body),
                        "400 .*\"message\":\"[^\"]{8,}"));
    }

    /** Pictures that are none, or too much. */
    private static Stream<Attack> pictures() throws IOException {
        byte[] good = TinyServer.png(64, 64);
        byte[] cut = Arrays.copyOf(good, good.length / 2);
        return Stream.of(
                picture("no Base64", "%%%", "400 .*image is not an image in Base64"),
                picture(
                        "no picture",
                        base64("hello".getBytes(StandardCharsets.US_ASCII)),
                        "415 .*neither a PNG nor a JPEG"),
                picture("a GIF", base64("GIF89a\1\0\1\0\0\0\0;".getBytes(StandardCharsets.ISO_8859_1)), "415"),
                picture("an SVG", base64("<svg onload='x'/>".getBytes(StandardCharsets.US_ASCII)), "415"),
                picture("half a picture", base64(cut), "400 .*image"),
                picture("a bomb of 60000x60000", base64(bomb(60_000, 60_000)), "413 .*60000x60000"),
                picture("a bomb of 2^31-1", base64(bomb(Integer.MAX_VALUE, Integer.MAX_VALUE)), "413|400"),
                picture("a picture of no pixels", base64(bomb(0, 0)), "400"),
                picture("more rows than there are", base64(bomb(1000, 1000)), "400"),
                picture("an address", "http://169.254.169.254/", "400"),
                picture("a file", "file:///etc/passwd", "400"),
                new Attack(
                        "what a bomb says of itself",
                        RawClient.posting("/sdapi/v1/png-info", "{\"image\": \"" + base64(textBomb()) + "\"}"),
                        "200|400|413"),
                new Attack(
                        "init_images that are none",
                        RawClient.posting("/sdapi/v1/img2img", "{\"prompt\": \"a\", \"init_images\": [5]}"),
                        "400 .*\"detail\""));
    }

    private static Attack picture(String name, String base64, String answer) {
        return new Attack(
                name,
                RawClient.posting(GENERATIONS, "{\"prompt\": \"a\", \"steps\": 1, \"image\": \"" + base64 + "\"}"),
                answer);
    }

    /** Forms that are none. */
    private static Stream<Attack> forms() {
        String head = "POST " + EDITS + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data";
        String part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n";
        return Stream.of(
                new Attack("a form of JSON's type", RawClient.posting(EDITS, "{}"), "415"),
                new Attack("a form without a boundary", head + "\r\nContent-Length: 2\r\n\r\n--", "415"),
                new Attack("a form without an end", head + "; boundary=b\r\n" + sized(part), "400"),
                new Attack(
                        "a thousand parts", head + "; boundary=b\r\n" + sized(part.repeat(1000) + "--b--\r\n"), "400"),
                new Attack(
                        "a part with a long head",
                        head + "; boundary=b\r\n" + sized("--b\r\nX: " + "a".repeat(5000) + "\r\n\r\n1\r\n--b--\r\n"),
                        "400"),
                new Attack(
                        "a form without an image",
                        head + "; boundary=b\r\n" + sized(part + "--b--\r\n"),
                        "400 .*no prompt"),
                new Attack(
                        "a file name out of the folder",
                        head + "; boundary=b\r\n"
                                + sized(
                                        "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"../../x\"\r\n\r\n1\r\n"
                                                + part + "--b--\r\n"),
                        "400"));
    }

    /** WebSockets that are none. */
    private static Stream<Attack> sockets() {
        String upgrade = "GET /v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
        return Stream.of(
                new Attack("an upgrade without a key", upgrade + "Sec-WebSocket-Version: 13\r\n\r\n", "400"),
                new Attack("an old version", upgrade + key.replace("13", "1") + "\r\n", "405"),
                new Attack("a socket of another site", upgrade + key + "Origin: https://evil.example\r\n\r\n", "403"),
                new Attack(
                        "a live session without an upgrade",
                        "GET /v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        "40[04]|426"),
                // Frames after the upgrade: the answer is 101, then a close frame (0x88) with its code.
                new Attack("an unmasked frame", upgrade + key + "\r\n\u0081\u0002{}", "101.*\u0088.\u0003\u00ea"),
                new Attack(
                        "a frame of 2^63 bytes",
                        upgrade + key + "\r\n\u0081\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0\0\0\0",
                        "101.*\u0088.\u0003[\u00f1\u00ea]"),
                new Attack(
                        "a compressed frame, which was not agreed on",
                        upgrade + key + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n\u00c1\u0082\0\0\0\0{}",
                        "101.*\u0088.\u0003\u00ea"),
                new Attack("an unknown opcode", upgrade + key + "\r\n\u0083\u0080\0\0\0\0", "101.*\u0088.\u0003\u00ea"),
                new Attack(
                        "text that is no UTF-8",
                        upgrade + key + "\r\n\u0081\u0082\0\0\0\0\u00ff\u00fe",
                        "101.*\u0088.\u0003\u00ef"));
    }

    private static String sized(String body) {
        return "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toString(StandardCharsets.ISO_8859_1);
    }

    /** A PNG that says it is this large and holds a few rows at most. */
    private static byte[] bomb(int width, int height) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(head);
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        return png(
                chunk("IHDR", head.toByteArray()),
                chunk("IDAT", deflated(new byte[1 << 12])),
                chunk("IEND", new byte[0]));
    }

    /** A PNG with a compressed text that unpacks to a thousand times its size. */
    private static byte[] textBomb() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("parameters\0\0".getBytes(StandardCharsets.ISO_8859_1));
        text.writeBytes(deflated(new byte[64 << 20]));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        new DataOutputStream(head).writeLong(1L << 32 | 1);
        head.writeBytes(new byte[] {8, 2, 0, 0, 0});
        return png(
                chunk("IHDR", head.toByteArray()),
                chunk("zTXt", text.toByteArray()),
                chunk("IDAT", deflated(new byte[4])),
                chunk("IEND", new byte[0]));
    }

    private static byte[] deflated(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            deflater.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] png(byte[]... chunks) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        for (byte[] chunk : chunks) {
            png.writeBytes(chunk);
        }
        return png.toByteArray();
    }

    private static byte[] chunk(String type, byte[] content) throws IOException {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(chunk);
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.US_ASCII));
        crc.update(content);
        out.writeInt(content.length);
        out.writeBytes(type);
        out.write(content);
        out.writeInt((int) crc.getValue());
        return chunk.toByteArray();
    }
}
