package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.HOST;
import static dev.hypersd.serve.HostileRequest.getting;
import static dev.hypersd.serve.HostileRequest.sized;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Requests that are hostile in their HTTP: malformed, oversized, from other sites, of odd methods, and for files
 * outside of the page.
 */
final class HostileConnections {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String POST_JSON =
            "POST " + GENERATIONS + " HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n";

    /** The error of a request that never reaches a route. */
    private static final String NOT_HTTP = "\"the request is not valid HTTP/1.1\"";

    private static final String BROKEN_BODY = "\"the body is not valid HTTP/1.1, or ends before it is complete\"";
    private static final String NOT_FOUND = "\"there is nothing at this address\"";
    private static final String WRONG_METHOD = "\"this address does not accept this method\"";

    private HostileConnections() {}

    static Stream<HostileRequest> all() {
        return Stream.of(malformed(), bodies(), oversized(), foreign(), methods(), paths())
                .flatMap(list -> list);
    }

    /** Requests that are not HTTP, or hardly. */
    private static Stream<HostileRequest> malformed() {
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
                header("two Host headers", "Host: evil.example", 400, NOT_HTTP),
                new HostileRequest("CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + "\r\n", 400, NOT_HTTP),
                header("a header without a colon", "nonsense", 400, NOT_HTTP),
                header("a header with a null character", "X: a\0b", 400, NOT_HTTP),
                header("a folded header", "X: a\r\n b", 400, NOT_HTTP),
                header("a space before the colon", "X : a", 400, NOT_HTTP),
                header("an expectation that is none", "Expect: miracles", 417, ""),
                header("an upgrade to what is not spoken", "Connection: Upgrade\r\nUpgrade: h2c", 200, "alive"),
                header("a cookie that does not end", "Cookie: hypersd-token=\"\\", 200, "alive"),
                header("credentials that are no Base64", "Authorization: Basic %%%", 200, "alive"),
                header("a range of nothing", "Range: bytes=99999999999999999999-", 200, "alive"));
    }

    /** Bodies whose length or encoding is not what it says. */
    private static Stream<HostileRequest> bodies() {
        String chunked = POST_JSON + "Transfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
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
                new HostileRequest("a chunk without a length", chunked + "zz\r\n{}\r\n0\r\n\r\n", 400, BROKEN_BODY),
                new HostileRequest("a chunk of a negative length", chunked + "-2\r\n{}\r\n0\r\n\r\n", 400, BROKEN_BODY),
                new HostileRequest(
                        "a chunk of 2^64 bytes", chunked + "10000000000000000\r\n{}\r\n0\r\n\r\n", 400, BROKEN_BODY),
                new HostileRequest("a chunk without an end", chunked + "2\r\n{}0\r\n\r\n", 400, BROKEN_BODY),
                new HostileRequest(
                        "a trailer that is none", chunked + "2\r\n{}\r\n0\r\nnonsense\r\n\r\n", 400, BROKEN_BODY),
                new HostileRequest(
                        "a chunk with an extension of 100 kB",
                        chunked + "2;" + "a".repeat(100_000) + "\r\n{}\r\n0\r\n\r\n",
                        400,
                        "the request has no prompt|" + BROKEN_BODY),
                new HostileRequest(
                        "an unknown transfer coding", POST_JSON + "Transfer-Encoding: bomb\r\n\r\n{}", 400, NOT_HTTP),
                new HostileRequest(
                        "a body in UTF-16",
                        POST_JSON.replace("/json", "/json; charset=utf-16") + sized("\u00fe\u00ff\0{\0}"),
                        400,
                        "request: is not UTF-8 text"),
                new HostileRequest(
                        "a body in an encoding that does not exist",
                        POST_JSON.replace("/json", "/json; charset=\"\\\"") + sized("{}"),
                        400,
                        "the request has no prompt"),
                new HostileRequest(
                        "a body without a type",
                        POST_JSON.replace("Content-Type: application/json\r\n", "") + sized("{}"),
                        415,
                        "the body must be JSON"),
                new HostileRequest(
                        "a body of a type that is none",
                        POST_JSON.replace("application/json", ";;;=\"") + sized("{}"),
                        415,
                        "the body must be JSON"));
    }

    /** Requests that are larger than the server reads. */
    private static Stream<HostileRequest> oversized() {
        String tooLong = "\"the address or the headers of the request are too long\"";
        String tooLarge = "\"the body is larger than the 1048576 bytes that are read\"";
        String compressed = "\"compressed bodies are not read: send it without compression\"";
        String chunk = "10000\r\n" + "a".repeat(0x10000) + "\r\n";
        return Stream.of(
                getting("an address of 100 kB", "/" + "a".repeat(100_000), 414, tooLong),
                header("a header of 100 kB", "X: " + "a".repeat(100_000), 431, tooLong),
                header("ten thousand headers", "X: a\r\n".repeat(10_000) + "X: a", 431, tooLong),
                new HostileRequest(
                        "a body of 1 GB by its header", POST_JSON + "Content-Length: 999999999\r\n\r\n", 413, tooLarge),
                new HostileRequest(
                        "a body of 2.5 MB in chunks",
                        POST_JSON + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(40),
                        413,
                        tooLarge),
                new HostileRequest(
                        "a body of 5 kB for the login",
                        POST_JSON.replace(GENERATIONS, "/login") + sized("{\"token\": \"" + "a".repeat(5000) + "\"}"),
                        413,
                        "the body is larger than the 4096 bytes that are read"),
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
    private static Stream<HostileRequest> foreign() {
        String foreignHost = "\"foreign_host\"";
        String foreignOrigin = "\"foreign_origin\"";
        return Stream.of(
                new HostileRequest(
                        "a request to a proxy",
                        "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        foreignHost),
                new HostileRequest(
                        "a name that was rebound to this address",
                        "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        foreignHost),
                new HostileRequest(
                        "such a name for an address of AUTOMATIC1111's API",
                        "GET /sdapi/v1/options HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        foreignHost),
                new HostileRequest(
                        "such a name for an address of ComfyUI's API",
                        "GET /queue HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        foreignHost),
                new HostileRequest(
                        "a name that only begins as this machine's",
                        "GET /v1/models HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n",
                        403,
                        foreignHost),
                new HostileRequest(
                        "a name of 3,000 letters",
                        "GET / HTTP/1.1\r\nHost: " + "a".repeat(3000) + "\r\n\r\n",
                        403,
                        foreignHost),
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
                header(
                        "an image element of such a page",
                        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors",
                        403,
                        foreignOrigin),
                header("an origin that is no address", "Origin: %%%", 403, foreignOrigin),
                header("the origin of a file", "Origin: null", 403, foreignOrigin),
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

    /** Methods that an address does not have, whatever the client says that it accepts. */
    private static Stream<HostileRequest> methods() {
        return Stream.of(
                method("an unknown method", "BREW /", "", 405, WRONG_METHOD),
                method("TRACE", "TRACE /", "Cookie: secret", 405, WRONG_METHOD),
                method("a method in small letters", "get /healthz", "", 405, WRONG_METHOD),
                method(
                        "DELETE where images are made",
                        "DELETE " + GENERATIONS,
                        "Accept: application/json",
                        405,
                        WRONG_METHOD),
                method("PATCH where settings are", "PATCH /sdapi/v1/options", "Accept: text/html", 405, WRONG_METHOD),
                method("PUT where graphs are", "PUT /prompt", "Accept: application/json", 405, WRONG_METHOD),
                method("HEAD of the health", "HEAD /healthz", "", 200, "^$"),
                method("HEAD of what is made only", "HEAD " + GENERATIONS, "", 405, "^$"),
                method("HEAD of nothing", "HEAD /nothing", "Accept: application/json", 404, "^$"),
                method(
                        "OPTIONS where images are made",
                        "OPTIONS " + GENERATIONS,
                        "Accept: application/json",
                        405,
                        WRONG_METHOD),
                method("OPTIONS of nothing", "OPTIONS /sdapi/v1/nothing", "Accept: application/json", 404, NOT_FOUND),
                method("OPTIONS of the whole server", "OPTIONS *", "", 404, NOT_FOUND),
                method("nothing of ComfyUI's", "GET /history/a/b/c", "Accept: application/json", 404, NOT_FOUND),
                method(
                        "nothing of the ControlNet extension's",
                        "GET /controlnet/nothing",
                        "Accept: text/html",
                        404,
                        NOT_FOUND));
    }

    /** Addresses that try to lead to files that are not part of the page, and names that try to be paths. */
    private static Stream<HostileRequest> paths() {
        return Stream.of(
                getting("/page/../../../../etc/passwd", 400, NOT_HTTP),
                getting("/page/..%2f..%2f..%2fetc%2fpasswd", 404, NOT_FOUND),
                getting("/page/%2e%2e/%2e%2e/etc/passwd", 400, NOT_HTTP),
                getting("/page/..%5c..%5cetc%5cpasswd", 404, NOT_FOUND),
                getting("/page/..;/Server.class", 400, NOT_HTTP),
                getting("/page/Server.class", 404, NOT_FOUND),
                getting("/page/index.html%00.js", 400, NOT_HTTP),
                getting("/page//etc/passwd", 404, NOT_FOUND),
                getting("/v1/models/..%2f..%2fetc", 404, "there is no model \\\\\"../../etc\\\\\""),
                getting("/v1/models/%ff%fe", 400, ""),
                getting("/v1/models/%1b%5b2J", 404, "there is no model"),
                getting("/v1/images/files/" + "0".repeat(32), 404, "there is no picture at this address"),
                getting("/%c0%ae%c0%ae/etc/passwd", 400, NOT_HTTP),
                getting("/%zz", 400, NOT_HTTP),
                getting("/healthz?%zz", 200, "alive"),
                getting("/v1/jobs/x?preview=%zz", 404, "there is no job"),
                getting("/healthz?" + "a=b&".repeat(1500), 200, "alive"),
                HostileRequest.posting(
                        "a model by its path",
                        GENERATIONS,
                        "{\"prompt\": \"a\", \"model\": \"../../../etc/passwd\"}",
                        404,
                        "there is no model"),
                HostileRequest.posting(
                        "a LoRA by its path",
                        GENERATIONS,
                        "{\"prompt\": \"a\", \"loras\": [{\"name\": \"/etc/passwd\"}]}",
                        404,
                        "there is no LoRA"),
                HostileRequest.posting(
                        "switching to a model by its path",
                        "/sdapi/v1/options",
                        "{\"sd_model_checkpoint\": \"..\"}",
                        404,
                        "\"detail\":\"there is no model"));
    }

    private static HostileRequest header(String name, String header, int status, String body) {
        return new HostileRequest(name, "GET /healthz HTTP/1.1\r\n" + HOST + header + "\r\n\r\n", status, body);
    }

    private static HostileRequest method(String name, String begin, String header, int status, String body) {
        String headers = header.isEmpty() ? HOST : HOST + header + "\r\n";
        return new HostileRequest(name, begin + " HTTP/1.1\r\n" + headers + "\r\n", status, body);
    }

    private static String gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toString(StandardCharsets.ISO_8859_1);
    }
}
