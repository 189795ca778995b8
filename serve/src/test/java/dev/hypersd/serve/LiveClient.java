package dev.hypersd.serve;

import dev.hypersd.json.Json;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A client of live sessions. It keeps the messages of the server until a test asks for them. */
final class LiveClient implements AutoCloseable {
    private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    /**
     * A message of the server.
     *
     * @param picture the image of a binary message; empty for a text message
     */
    record Message(JsonNode about, byte[] picture) {
        String type() {
            return about.get("type").asString();
        }
    }

    private LiveClient(TinyServer server, String... headers) {
        WebSocket.Builder builder = server.client().newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/v1/live"), new Listener())
                .join();
    }

    static LiveClient of(TinyServer server, String... headers) {
        return new LiveClient(server, headers);
    }

    void send(String text) {
        socket.sendText(text, true).join();
    }

    /** Sends a text for which the server may close the session before it has received all of it. */
    void sendEvenIfClosed(String text) {
        var _ = socket.sendText(text, true).exceptionally(closed -> socket);
    }

    void sendBinary(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    void draw(int id, int steps) {
        send(("{\"type\": \"draw\", \"id\": %d, \"prompt\": \"a cat\", \"width\": 64, \"height\": 64, \"steps\": "
                        + "%d, \"sampler\": \"ddim\", \"guidance\": 1, \"seed\": 1, \"previews\": false}")
                .formatted(id, steps));
    }

    Message next() throws InterruptedException {
        Message message = inbox.poll(TinyServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message has arrived");
        }
        return message;
    }

    /** The next message of this type; messages before it are skipped. */
    Message until(String type) throws InterruptedException {
        Message message = next();
        while (!message.type().equals(type)) {
            message = next();
        }
        return message;
    }

    /** The types of the next messages, up to the first of type {@code last}. */
    List<String> types(String last) throws InterruptedException {
        List<String> types = new ArrayList<>();
        do {
            types.add(next().type());
        } while (!types.getLast().equals(last));
        return types;
    }

    /** The message of the next error. */
    String error() throws InterruptedException {
        return until("error").about().get("message").asString();
    }

    /** The code with which the server closes the session. */
    int closed() throws Exception {
        return closed.get(TinyServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
                inbox.add(new Message(Json.MAPPER.readTree(text.toString()), new byte[0]));
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer part, boolean isLast) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            binary.writeBytes(bytes);
            if (isLast) {
                byte[] whole = binary.toByteArray();
                int length = ByteBuffer.wrap(whole).getInt();
                String about = new String(whole, Integer.BYTES, length, StandardCharsets.UTF_8);
                inbox.add(new Message(
                        Json.MAPPER.readTree(about), Arrays.copyOfRange(whole, Integer.BYTES + length, whole.length)));
                binary.reset();
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }
}
