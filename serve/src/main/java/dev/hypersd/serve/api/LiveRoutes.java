package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** {@code /v1/live}: live sessions; and {@code /v1/choices}, what they can choose from. */
public final class LiveRoutes {
    /** "Try again later" (RFC 6455 and its registry). */
    private static final int TRY_LATER = 1013;

    private static final String ADDRESS = "hypersd-address";

    private final GenerationQueue queue;
    private final RequestMemory requestMemory;
    private final Metrics metrics;
    private final Map<String, LiveSession> sessions = new ConcurrentHashMap<>();

    public LiveRoutes(GenerationQueue queue, RequestMemory requestMemory, Metrics metrics) {
        this.queue = queue;
        this.requestMemory = requestMemory;
        this.metrics = metrics;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.get("/v1/choices", this::choices);
        routes.ws("/v1/live", this::live);
    }

    /** Refuses what is no handshake, which what speaks WebSocket here takes for granted, and notes who asks. */
    public void check(Context handshake) {
        if (handshake.header("Sec-WebSocket-Key") == null) {
            throw new ApiException(ErrorCode.MALFORMED, "a WebSocket begins with the header Sec-WebSocket-Key");
        }
        handshake.attribute(ADDRESS, handshake.ip());
    }

    private void live(WsConfig socket) {
        socket.onConnect(this::open);
        socket.onMessage(
                context -> session(context.sessionId()).ifPresent(session -> session.receive(context.message())));
        socket.onBinaryMessage(context -> session(context.sessionId()).ifPresent(LiveSession::refuseBinary));
        socket.onClose(context -> close(context.sessionId()));
        socket.onError(context -> close(context.sessionId()));
    }

    private void open(WsConnectContext context) {
        Limits.Clients limits = queue.limits().clients();
        String address = Objects.requireNonNullElse(context.attribute(ADDRESS), "unknown");
        long ofOne = sessions.values().stream()
                .filter(s -> s.address().equals(address))
                .count();
        if (sessions.size() >= limits.maxSessions() || ofOne >= limits.maxSessionsPerClient()) {
            context.closeSession(TRY_LATER, "too many live sessions are open");
            return;
        }
        context.enableAutomaticPings();
        sessions.put(
                context.sessionId(),
                new LiveSession(context.sessionId(), address, queue, requestMemory, new LiveSender(context)));
        metrics.sessions(1);
    }

    private void close(String id) {
        LiveSession session = sessions.remove(id);
        if (session != null) {
            session.close();
            metrics.sessions(-1);
        }
    }

    private Optional<LiveSession> session(String id) {
        return Optional.ofNullable(sessions.get(id));
    }

    private void choices(Context context) {
        Responses.json(context, ChoicesResponse.of(queue));
    }
}
