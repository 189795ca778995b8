package dev.hypersd.serve.api;

import dev.hypersd.json.Json;
import dev.hypersd.serve.error.StackTraces;
import io.javalin.websocket.WsContext;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.websocket.api.Callback;

/**
 * Sends messages to one client without waiting for it. If the client reads too slowly, previews are left out first, and
 * then the session is closed. Safe to share.
 */
final class LiveSender {
    private static final System.Logger LOG = System.getLogger(LiveSender.class.getPackageName());

    /** The number of unsent messages from which no previews are sent. */
    private static final int MAX_UNSENT_FOR_PREVIEWS = 4;

    private static final int MAX_UNSENT = 64;

    /** The close codes of RFC 6455, section 7.4.1. */
    private static final int POLICY_VIOLATION = 1008;

    private static final int INTERNAL_ERROR = 1011;

    private final WsContext socket;
    private final AtomicInteger unsent = new AtomicInteger();

    LiveSender(WsContext socket) {
        this.socket = socket;
    }

    /** Sends a JSON object as a text message. */
    void send(Map<String, Object> message) {
        if (begin()) {
            socket.session.sendText(Json.MAPPER.writeValueAsString(message), Callback.from(this::end, this::fail));
        }
    }

    /**
     * Sends an image as a binary message: the length of a JSON object in four bytes, the most significant first, that
     * object, and the encoded image.
     */
    void send(Map<String, Object> about, byte[] image) {
        byte[] json = Json.MAPPER.writeValueAsBytes(about);
        send(ByteBuffer.allocate(Integer.BYTES + json.length + image.length)
                .putInt(json.length)
                .put(json)
                .put(image)
                .flip());
    }

    /** Sends a binary message. */
    void send(ByteBuffer message) {
        if (begin()) {
            socket.session.sendBinary(message, Callback.from(this::end, this::fail));
        }
    }

    /** Returns whether the client reads fast enough for previews. */
    boolean hasRoomForPreviews() {
        return unsent.get() < MAX_UNSENT_FOR_PREVIEWS;
    }

    private boolean begin() {
        if (!socket.session.isOpen()) {
            return false;
        }
        if (unsent.incrementAndGet() > MAX_UNSENT) {
            socket.closeSession(POLICY_VIOLATION, "the client does not read its images as fast as it requests them");
            return false;
        }
        return true;
    }

    /**
     * Closes the session after a failure, because a lost message would go unnoticed; the client then connects again.
     */
    private void fail(Throwable thrown) {
        end();
        LOG.log(System.Logger.Level.DEBUG, () -> "a message could not be sent: " + StackTraces.withoutMessages(thrown));
        socket.closeSession(INTERNAL_ERROR, "a message could not be sent");
    }

    private void end() {
        unsent.decrementAndGet();
    }
}
