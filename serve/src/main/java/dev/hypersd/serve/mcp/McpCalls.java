package dev.hypersd.serve.mcp;

import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The calls in progress, by session and number, so that clients can cancel them. Safe to share. */
final class McpCalls {
    private static final String CANCELLED = "notifications/cancelled";

    private record Key(String session, String id) {}

    private final ConcurrentMap<Key, McpCall> calls = new ConcurrentHashMap<>();

    /** A call that can be cancelled until this is closed. */
    interface Begun extends AutoCloseable {
        @Override
        void close();
    }

    /** Lets the client cancel a call by its number. */
    Begun begin(String session, Object id, McpCall call) {
        Key key = new Key(session, String.valueOf(id));
        calls.put(key, call);
        return () -> calls.remove(key, call);
    }

    /** Cancels the call that a notification names; returns whether the notification is about that. */
    boolean cancel(String session, JSONRPCNotification notification) {
        if (!notification.method().equals(CANCELLED)) {
            return false;
        }
        if (notification.params() instanceof Map<?, ?> parameters) {
            Optional.ofNullable(parameters.get("requestId"))
                    .map(id -> calls.get(new Key(session, String.valueOf(id))))
                    .ifPresent(McpCall::cancel);
        }
        return true;
    }

    /** Returns whether the call of this number was cancelled, and so gets no answer. */
    boolean isCancelled(String session, Object id) {
        return Optional.ofNullable(calls.get(new Key(session, String.valueOf(id))))
                .map(McpCall::isCancelled)
                .orElse(false);
    }

    /** Cancels all calls of a session. */
    void cancelAll(String session) {
        calls.forEach((key, call) -> {
            if (key.session().equals(session)) {
                call.cancel();
            }
        });
    }
}
