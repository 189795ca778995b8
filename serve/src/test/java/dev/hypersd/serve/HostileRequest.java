package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A request that a server at an open port receives sooner or later, and how it must be answered.
 *
 * @param name what the request tries
 * @param bytes the request as it is sent, one character for each byte
 * @param status the HTTP status of the response
 * @param body a regular expression that matches within the body of the response
 */
record HostileRequest(String name, String bytes, int status, String body) {
    static final String HOST = "Host: localhost\r\n";

    private static final String END_OF_HEADERS = "\r\n\r\n";
    private static final Pattern ADDRESS = Pattern.compile("[A-Z]+ (/[^ ?]*)");

    /** A GET request for {@code path}, by which it is named. */
    static HostileRequest getting(String path, int status, String body) {
        return getting(path, path, status, body);
    }

    /** A GET request for {@code path}. */
    static HostileRequest getting(String name, String path, int status, String body) {
        return new HostileRequest(name, "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n", status, body);
    }

    /** A POST request with {@code json}. */
    static HostileRequest posting(String name, String path, String json, int status, String body) {
        return new HostileRequest(name, RawClient.posting(path, json), status, body);
    }

    /** Makes a request of a row of a {@link #table}. */
    interface Maker {
        HostileRequest make(String name, String fields, int status, String body);
    }

    /**
     * Requests from a table, each in a line: its name, the status, its fields, and what the body of the response
     * matches. Single quotes stand for double ones.
     */
    static Stream<HostileRequest> table(Maker maker, String rows) {
        return rows.lines().map(row -> {
            String[] cells = row.replace('\'', '"').split(" *\\| *", 4);
            return maker.make(cells[0], cells[2], Integer.parseInt(cells[1]), cells[3]);
        });
    }

    /** Sends the request and checks the response, which must not reveal anything of the program or the machine. */
    void check(int port) throws IOException {
        try (RawClient client = RawClient.of(port)) {
            client.send(bytes);
            String response = client.answer(Pattern.compile(body));
            assertThat(response).as(name).startsWith("HTTP/1.1 " + status + " ");
            String content = RawClient.body(response);
            assertThat(content).as(name).containsPattern(body);
            assertThat(response)
                    .as("response to " + name)
                    .doesNotContain("Exception", "dev.hypersd", "org.eclipse", "jackson", "/tmp/", "testdata", "\tat ");
            if (status >= 400 && !bytes.startsWith("HEAD ")) {
                ErrorShape.check(
                        name,
                        path(),
                        new String(content.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            }
        }
    }

    private String path() {
        Matcher address = ADDRESS.matcher(bytes);
        return address.lookingAt() ? address.group(1) : "";
    }

    /** A body with the header that gives its length. */
    static String sized(String body) {
        return "Content-Length: " + body.length() + END_OF_HEADERS + body;
    }

    /** The name identifies the request in reports. */
    @Override
    public String toString() {
        return name;
    }
}
