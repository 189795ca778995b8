package dev.hypersd.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that sends any bytes, and so also what is not HTTP. */
final class RawClient implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("Content-Length: (\\d+)[\\s\\S]*\r\n\r\n");
    private static final String END_OF_HEADERS = "\r\n\r\n";
    private static final int PATIENCE_MILLIS = (int) TinyServer.PATIENCE.toMillis();
    private static final int QUIET_MILLIS = 150;

    private final Socket socket;

    private RawClient(Socket socket) {
        this.socket = socket;
    }

    static RawClient of(TinyServer server) throws IOException {
        return of(server.port());
    }

    /** A client of whatever listens at {@code port} of this machine. */
    static RawClient of(int port) throws IOException {
        return of(port, Duration.ofMillis(PATIENCE_MILLIS));
    }

    /** A client that waits so long for the beginning of an answer. */
    static RawClient of(int port, Duration patience) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) patience.toMillis());
        return new RawClient(socket);
    }

    /** A well-formed POST request with a JSON body. */
    static String posting(String path, String json) {
        return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(path, json.length(), json);
    }

    /** A text message of a WebSocket in one frame, masked with zeros (RFC 6455, section 5.2). */
    static String frame(String text) {
        String length = text.length() < 126
                ? String.valueOf((char) (0x80 | text.length()))
                : "\u00fe" + (char) (text.length() >> 8) + (char) (text.length() & 0xFF);
        return "\u0081" + length + "\0\0\0\0" + text;
    }

    /** Sends characters 0 to 255 as bytes, as far as the server takes them. */
    void send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // The server may have answered and closed the connection before everything was sent; its response can be
            // read.
        }
    }

    /** The response, read until it is complete, the connection is closed, or nothing more arrives for a while. */
    String answer() throws IOException {
        return read(QUIET_MILLIS, RawClient::isComplete);
    }

    /** The response, read as {@link #answer} does, but no further than to what is expected of a body without length. */
    String answer(Pattern expected) throws IOException {
        return read(
                QUIET_MILLIS,
                answer -> isComplete(answer)
                        || (!LENGTH.matcher(answer).find()
                                && expected.matcher(body(answer)).find()));
    }

    /** Everything that the server sends until it closes the connection. */
    String untilClosed() throws IOException {
        return read(PATIENCE_MILLIS, answer -> false);
    }

    /** What comes after the headers of a response; empty before they are complete. */
    static String body(String answer) {
        int end = answer.indexOf(END_OF_HEADERS);
        return end < 0 ? "" : answer.substring(end + END_OF_HEADERS.length());
    }

    private String read(int quiet, Predicate<String> isEnough) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[1 << 14];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                answer.write(buffer, 0, count);
                if (isEnough.test(answer.toString(StandardCharsets.ISO_8859_1))) {
                    break;
                }
                socket.setSoTimeout(quiet);
            }
        } catch (SocketTimeoutException e) {
            if (answer.size() == 0 || quiet == PATIENCE_MILLIS) {
                throw e;
            }
        } catch (IOException e) {
            // The connection was reset; what arrived before is the response.
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    /** Returns whether the body has the length that the header states. */
    private static boolean isComplete(String answer) {
        Matcher length = LENGTH.matcher(answer);
        return length.find() && body(answer).length() >= Integer.parseInt(length.group(1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
