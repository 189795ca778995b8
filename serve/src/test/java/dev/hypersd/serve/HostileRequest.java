package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/**
 * A request that a server at an open port receives sooner or later, and how it must be answered.
 *
 * @param name what the request tries
 * @param bytes the request as it is sent, one character for each byte
 * @param status the HTTP status of the response
 * @param body a regular expression that matches within the body of the response
 */
record HostileRequest(String name, String bytes, int status, String body) {
    private static final String END_OF_HEADERS = "\r\n\r\n";

    /** Sends the request and checks the response, which must not reveal anything of the program or the machine. */
    void check(int port) throws IOException {
        try (RawClient client = RawClient.of(port)) {
            client.send(bytes);
            String response = client.answer();
            assertThat(response).as(name).startsWith("HTTP/1.1 " + status + " ");
            String content = response.substring(response.indexOf(END_OF_HEADERS) + END_OF_HEADERS.length());
            assertThat(content).as(name).containsPattern(body);
            assertThat(response)
                    .as("response to " + name)
                    .doesNotContain("Exception", "dev.hypersd", "org.eclipse", "jackson", "/tmp/", "testdata", "\tat ");
        }
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
