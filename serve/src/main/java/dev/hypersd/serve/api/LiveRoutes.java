package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.queue.Network;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The route {@code /v1/live}, the WebSocket of live sessions, and {@code /v1/choices}, which lists their choices. */
public final class LiveRoutes {
    /** The WebSocket close code "Try Again Later" (IANA's registry of RFC 6455). */
    static final int TRY_AGAIN_LATER = 1013;

    /** The only version of the protocol (RFC 6455). */
    private static final String WEBSOCKET_VERSION = "13";

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");

    /** The attribute with the address of a client whose connection becomes a WebSocket. */
    static final String ADDRESS = "hypersd-address";

    private final GenerationQueue queue;
    private final RequestMemory memory;
    private final Metrics metrics;
    private final Map<String, LiveSession> sessions = new ConcurrentHashMap<>();

    /**
     * Creates routes whose sessions generate images in {@code queue} and reserve memory for messages in {@code memory}.
     */
    public LiveRoutes(GenerationQueue queue, RequestMemory memory, Metrics metrics) {
        this.queue = queue;
        this.memory = memory;
        this.metrics = metrics;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.get("/v1/choices", context -> Responses.json(context, ChoicesResponse.of(queue)));
        routes.get("/v1/live", context -> requireUpgrade(context));
        routes.ws("/v1/live", this::configure);
    }

    /**
     * Checks a handshake before the connection becomes a WebSocket, and keeps the client's address for the session.
     *
     * @throws ApiException if a header of the handshake is missing or has another version
     */
    public void beforeUpgrade(Context handshake) {
        String key = Optional.ofNullable(handshake.header("Sec-WebSocket-Key")).orElse("");
        if (!KEY.matcher(key).matches()) {
            throw new ApiException(
                    ErrorCode.MALFORMED, "a WebSocket begins with the header Sec-WebSocket-Key: 16 bytes in Base64");
        }
        checkQuery(handshake);
        if (!WEBSOCKET_VERSION.equals(handshake.header("Sec-WebSocket-Version"))) {
            requireUpgrade(handshake);
        }
        handshake.attribute(ADDRESS, handshake.ip());
    }

    /** Refuses a query that cannot be decoded, with which Jetty would not make a WebSocket. */
    private static void checkQuery(Context handshake) {
        try {
            var _ = handshake.req().getParameterMap();
        } catch (RuntimeException e) {
            throw new ApiException(
                    ErrorCode.MALFORMED, "the query in the address is not text in UTF-8 with escapes such as %20");
        }
    }

    private static void requireUpgrade(Context request) {
        request.header("Upgrade", "websocket").header("Sec-WebSocket-Version", WEBSOCKET_VERSION);
        throw new ApiException(
                ErrorCode.UPGRADE_REQUIRED, "live sessions are WebSockets: connect with version 13 of the protocol");
    }

    private void configure(WsConfig socket) {
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
        Network network = Network.of(address);
        long ofClient = sessions.values().stream()
                .filter(session -> Network.of(session.address()).equals(network))
                .count();
        if (sessions.size() >= limits.maxSessions() || ofClient >= limits.maxSessionsPerClient()) {
            context.closeSession(TRY_AGAIN_LATER, "too many live sessions are open");
            return;
        }
        context.enableAutomaticPings();
        String id = context.sessionId();
        sessions.put(id, new LiveSession(id, address, queue, memory, new LiveSender(context)));
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
}
