package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.sized;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that are valid HTTP with hostile content: JSON, fields, images and forms that are damaged, contradictory or
 * too large. Each gets exactly the response that it should, and the server still generates images.
 */
class HostileContentTest {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String EDITS = "/v1/images/edits";
    private static final String FORM =
            "POST " + EDITS + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data";

    private static TinyServer server;

    @BeforeAll
    static void start() {
        Limits.Requests usual = Limits.DEFAULT.requests();
        server = new TinyServer(ServerOptions.LOCAL.withLimits(Limits.DEFAULT.with(
                new Limits.Requests(1 << 20, 1 << 18, 1 << 20, usual.maxMemoryBytes(), usual.timeout()))));
    }

    @AfterAll
    static void afterwardsTheServerStillGeneratesAndHoldsNothing() throws Exception {
        assertThat(server.post(GENERATIONS, TinyServer.SHORT).statusCode()).isEqualTo(200);
        assertThat(server.metric("hypersd_intake_bytes")).isZero();
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"json", "fields", "images", "forms"})
    void hostileContentGetsExactlyTheResponseThatItShould(HostileRequest request) throws IOException {
        request.check(server.port());
    }

    /** Bodies that are not one JSON object, or more of it than is read. */
    static Stream<HostileRequest> json() {
        return Stream.of(
                refused("", "the body is empty: send a JSON object"),
                refused("\"prompt\"", "request: is not a JSON object but \\\\\"prompt\\\\\""),
                refused("[{\"prompt\": \"a\"}]", "request: is not a JSON object but \\["),
                refused(
                        "{\"prompt\": \"a\"} {\"prompt\": \"b\"}",
                        "request: is not valid JSON: something follows the first value"),
                refused("{\"prompt\": \"a\", \"prompt\": \"b\"}", "request: duplicate key in JSON"),
                refused(
                        "{\"prompt\":" + "[".repeat(1000) + "]".repeat(1000) + "}",
                        "request: is not valid JSON: Document nesting depth \\(65\\) exceeds the maximum allowed "
                                + "\\(64\\)"),
                refused(
                        "{\"prompt\": \"a\", \"seed\": " + "9".repeat(1000) + "}",
                        "request: is not valid JSON: Number value length \\(1000\\) exceeds the maximum allowed "
                                + "\\(64\\)"));
    }

    /** Fields with values that cannot be. */
    static Stream<HostileRequest> fields() {
        String original = ", \"image\": \"" + TinyServer.base64(64, 64) + "\"";
        return Stream.of(
                refused("{\"prompt\": null}", "the request has no prompt"),
                refused(with("\"steps\": 2147483648"), "request: steps must be a whole number, not 2147483648"),
                refused(with("\"steps\": -5"), "-5 steps cannot be: 1 is the least"),
                refused(with("\"steps\": 1000000"), "1000000 steps is more than this server allows: 100 is the most"),
                refused(with("\"steps\": 1.5"), "request: steps must be a whole number, not 1.5"),
                refused(with("\"n\": 0"), "0 pictures cannot be: 1 is the least"),
                refused(
                        with("\"n\": 1000000"),
                        "1000000 pictures at once is more than this server allows: 10 is the most"),
                refused(with("\"size\": \"99999999x8\""), "width must lie between 8 and 8192 pixels, not 99999999"),
                refused(with("\"size\": \"-8x-8\""), "width must lie between 8 and 8192 pixels, not -8"),
                refused(with("\"width\": 0, \"height\": 64"), "width must lie between 8 and 8192 pixels, not 0"),
                refused(with("\"guidance\": NaN"), "request: guidance must be a number, not \\\\\"NaN\\\\\""),
                refused(with("\"guidance\": 1e999"), "request: guidance must be a number, not"),
                refused(with("\"guidance\": -1"), "guidance scale must be a number from 0 \\(off\\), not -1.0"),
                refused(with("\"eta\": 2"), "eta must be between 0 and 1, not 2.0"),
                refused(with("\"eta\": \"lots\""), "request: eta must be a number, not \\\\\"lots\\\\\""),
                refused(
                        with("\"seed\": 18446744073709551615, \"n\": 2"),
                        "2 pictures from seed 18446744073709551615 on go beyond the last seed"),
                refused(
                        with("\"seed\": 1e300"),
                        "request: seed must be a whole number from 0 to 18446744073709551615, not 1.0E300"),
                refused(with("\"sampler\": \"nothing\""), "there is no sampler \\\\\"nothing\\\\\"; did you mean ddim"),
                refused(with("\"strength\": 5" + original), "strength must be above 0 and at most 1, not 5.0"),
                refused("{\"prompt\": \"\\ud800\", \"steps\": 0}", "0 steps cannot be: 1 is the least"),
                refused(
                        "{\"prompt\": \"" + "a".repeat(100_000) + "\"}",
                        "a prompt of 100000 characters is more than this server allows: 4000 is the most"),
                automatic(
                        "{\"prompt\": \"" + "<lora:sd15-a-kohya:1>".repeat(100) + "\"}",
                        "100 LoRAs is more than this server allows: 8 is the most"),
                automatic(
                        "{\"prompt\": \"<lora:sd15-a-kohya:NaN>\"}",
                        "the weight of a LoRA in the prompt must be a number, not \\\\\"NaN\\\\\""),
                automatic(
                        "{\"prompt\": \"<lora:sd15-a-kohya:1e999>\"}",
                        "the weight of a LoRA in the prompt must be a number, not \\\\\"1e999\\\\\""),
                automatic("{\"prompt\": \"a\", \"cfg_scale\": Infinity}", "request: cfg_scale must be a number, not"));
    }

    /** Images that are damaged, too large, or no images at all. */
    static Stream<HostileRequest> images() {
        byte[] good = TinyServer.png(64, 64);
        byte[] fewRows = new byte[1 << 12];
        return Stream.of(
                image("no Base64", "%%%", 400, "image is not an image in Base64"),
                image("a URL", "http://169.254.169.254/", 400, "image is not an image in Base64"),
                image("the URL of a file", "file:///etc/passwd", 400, "image is not an image in Base64"),
                image("a text", base64("hello"), 415, "image is neither a PNG, a JPEG nor a WebP"),
                image("a GIF", base64("GIF89a\1\0\1\0\0\0\0;"), 415, "image is neither a PNG, a JPEG nor a WebP"),
                image("an SVG", base64("<svg onload='x'/>"), 415, "image is neither a PNG, a JPEG nor a WebP"),
                image("half a PNG", base64(Arrays.copyOf(good, good.length / 2)), 400, "image: ends too early"),
                image(
                        "a PNG that claims 60000x60000",
                        base64(PngBuilder.claiming(60_000, 60_000).end(fewRows)),
                        413,
                        "image is an image of 60000x60000, more than the 1048576 pixels that are read"),
                image(
                        "a PNG that claims 2^31-1 pixels each way",
                        base64(PngBuilder.claiming(Integer.MAX_VALUE, Integer.MAX_VALUE)
                                .end(fewRows)),
                        413,
                        "image is an image of 2147483647x2147483647"),
                image(
                        "a PNG without pixels",
                        base64(PngBuilder.claiming(0, 0).end(fewRows)),
                        400,
                        "image is a damaged image"),
                image(
                        "a PNG with fewer rows than it claims",
                        base64(PngBuilder.claiming(1000, 1000).end(fewRows)),
                        400,
                        "image: is a damaged"),
                new HostileRequest(
                        "init_images with a number",
                        RawClient.posting("/sdapi/v1/img2img", "{\"prompt\": \"a\", \"init_images\": [5]}"),
                        400,
                        "\"detail\":\"request: init_images\\[0\\] must be a string, not 5\""));
    }

    /** Forms that are damaged or too large, and parts with values that cannot be. */
    static Stream<HostileRequest> forms() {
        String damaged = "\"the form cannot be read: it is damaged, or has more than 64 parts\"";
        String noForm = "\"images are sent as multipart/form-data, with a part that is named image\"";
        String noPrompt = "\"the request has no prompt\"";
        String part = part("x", "1");
        return Stream.of(
                new HostileRequest("JSON instead of a form", RawClient.posting(EDITS, "{}"), 415, noForm),
                new HostileRequest("a form without a boundary", FORM + "\r\n" + sized("--"), 415, noForm),
                new HostileRequest(
                        "an empty boundary", FORM + "; boundary=\"\"\r\n" + sized("--\r\n----\r\n"), 415, noForm),
                new HostileRequest(
                        "a boundary of 3000 backslashes",
                        FORM + "; boundary=\"" + "\\".repeat(3000) + "\r\n" + sized("--b--\r\n"),
                        415,
                        noForm),
                new HostileRequest(
                        "a boundary of 3000 characters",
                        FORM + "; boundary=" + "b".repeat(3000) + "\r\n" + sized("--b--\r\n"),
                        400,
                        "\"the boundary of a form has 1 to 70 characters, all of them of ASCII\""),
                new HostileRequest(
                        "a boundary outside of ASCII",
                        FORM + "; boundary=\u00ff\u00fe\r\n" + sized("--b--\r\n"),
                        400,
                        "\"the boundary of a form has 1 to 70 characters"),
                form("a form without an end", part, damaged),
                form("a thousand parts", part.repeat(1000) + "--b--\r\n", damaged),
                form("a part with long headers", "--b\r\nX: " + "a".repeat(5000) + "\r\n\r\n1\r\n--b--\r\n", damaged),
                form("a form without a prompt", part + "--b--\r\n", noPrompt),
                form(
                        "a file name that is a path",
                        "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"../../x\"\r\n\r\n1\r\n"
                                + part + "--b--\r\n",
                        noPrompt),
                form(
                        "half an image",
                        part("prompt", "a") + part("n", "1.5") + "--b--\r\n",
                        "n must be a whole number, not \\\\\"1.5\\\\\""),
                form(
                        "an infinite guidance",
                        part("prompt", "a") + part("guidance", "Infinity") + "--b--\r\n",
                        "guidance must be a number, not \\\\\"Infinity\\\\\""),
                form(
                        "a guidance that is NaN",
                        part("prompt", "a") + part("guidance", "NaN") + "--b--\r\n",
                        "guidance must be a number, not \\\\\"NaN\\\\\""),
                form(
                        "a fractional seed",
                        part("prompt", "a") + part("seed", "0.5") + "--b--\r\n",
                        "seed must be a whole number from 0 to 18446744073709551615, not"),
                form(
                        "a prompt that is not UTF-8",
                        part("prompt", "\u00ff") + "--b--\r\n",
                        "prompt: is not UTF-8 text"));
    }

    private static String with(String field) {
        return "{\"prompt\": \"a\", " + field + "}";
    }

    private static HostileRequest refused(String body, String message) {
        String name = body.isEmpty() ? "an empty body" : body.substring(0, Math.min(60, body.length()));
        return new HostileRequest(name, RawClient.posting(GENERATIONS, body), 400, "\"message\":\"" + message);
    }

    private static HostileRequest automatic(String body, String message) {
        String name = body.substring(0, Math.min(60, body.length()));
        return new HostileRequest(name, RawClient.posting("/sdapi/v1/txt2img", body), 400, "\"detail\":\"" + message);
    }

    private static HostileRequest image(String name, String base64, int status, String message) {
        String body = with("\"steps\": 1, \"image\": \"" + base64 + "\"");
        return new HostileRequest(name, RawClient.posting(GENERATIONS, body), status, "\"message\":\"" + message);
    }

    private static HostileRequest form(String name, String body, String message) {
        return new HostileRequest(name, FORM + "; boundary=b\r\n" + sized(body), 400, message);
    }

    private static String part(String name, String value) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String base64(String latin1) {
        return base64(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
