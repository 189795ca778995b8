package dev.hypersd.serve.api;

import dev.hypersd.json.Json;
import io.javalin.websocket.WsContext;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.websocket.api.Callback;

/** What is on its way to one client. A client that does not read is not waited for: previews are left out, and then the session ends. Safe to share. */
final class LiveSender {
    private static final System.Logger LOG = System.getLogger(LiveSender.class.getPackageName());

    private static final int MOST_PREVIEWS = 4;
    private static final int MOST = 64;
    private static final int POLICY_VIOLATION = 1008;
    private static final int SERVER_ERROR = 1011;

    private final WsContext socket;
    private final AtomicInteger underWay = new AtomicInteger();

    LiveSender(WsContext socket) {
        this.socket = socket;
    }

    /** A JSON object as a text message. */
    void send(Map<String, Object> message) {
        if (enter()) {
            socket.session.sendText(Json.MAPPER.writeValueAsString(message), Callback.from(this::leave, this::fail));
        }
    }

    /** A picture as a binary message: the length of a JSON object in four bytes, the most significant first, that object, and the encoded picture. */
    void send(Map<String, Object> about, byte[] picture) {
        if (enter()) {
            byte[] head = Json.MAPPER.writeValueAsBytes(about);
            ByteBuffer message = ByteBuffer.allocate(Integer.BYTES + head.length + picture.length)
                    .putInt(head.length)
                    .put(head)
                    .put(picture)
                    .flip();
            socket.session.sendBinary(message, Callback.from(this::leave, this::fail));
        }
    }

    /** Whether a preview would arrive in time to be of use. */
    boolean hasRoomForPreviews() {
        return underWay.get() < MOST_PREVIEWS;
    }

    private boolean enter() {
        if (!socket.session.isOpen()) {
            return false;
        }
        if (underWay.incrementAndGet() > MOST) {
            socket.closeSession(POLICY_VIOLATION, "pictures are not read as fast as they are asked for");
            return false;
        }
        return true;
    }

    /** What is not sent would be missing without a word: the client shall know, and connect anew. */
    private void fail(Throwable thrown) {
        leave();
        LOG.log(System.Logger.Level.DEBUG, "a message could not be sent", thrown);
        socket.closeSession(SERVER_ERROR, "a message could not be sent");
    }

    private void leave() {
        underWay.decrementAndGet();
    }
}
