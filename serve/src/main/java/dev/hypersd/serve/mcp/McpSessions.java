package dev.hypersd.serve.mcp;

import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The sessions of clients over HTTP. A session holds little, and clients that leave do not always end theirs, so the
 * one that was not used for longest gives way when there are too many; its client begins another. Safe to share.
 */
final class McpSessions implements McpStreamableServerTransportProvider {
    static final int MOST = 1000;

    private final Map<String, McpStreamableServerSession> sessions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, McpStreamableServerSession> eldest) {
            return size() > MOST;
        }
    };

    private McpStreamableServerSession.@Nullable Factory factory;

    @Override
    public void setSessionFactory(McpStreamableServerSession.Factory sessionFactory) {
        this.factory = sessionFactory;
    }

    /** Begins a session. */
    McpStreamableServerSessionInit begin(InitializeRequest asked) {
        McpStreamableServerSessionInit begun =
                Objects.requireNonNull(factory, "the server is not built").startSession(asked);
        synchronized (sessions) {
            sessions.put(begun.session().getId(), begun.session());
        }
        return begun;
    }

    /** Returns the session of this name, if there is one. */
    Optional<McpStreamableServerSession> find(String id) {
        synchronized (sessions) {
            return Optional.ofNullable(sessions.get(id));
        }
    }

    /** Ends a session. */
    void end(McpStreamableServerSession session) {
        synchronized (sessions) {
            sessions.remove(session.getId());
        }
        session.delete().block();
    }

    /** Does nothing: the server has nothing to say by itself, and no stream to say it on. */
    @Override
    public Mono<Void> notifyClients(String method, Object params) {
        return Mono.empty();
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(() -> {
            synchronized (sessions) {
                sessions.clear();
            }
        });
    }
}
