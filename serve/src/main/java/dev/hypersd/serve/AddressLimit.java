package dev.hypersd.serve;

import dev.hypersd.json.Json;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Network;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.WebSocketConnection;

/**
 * Refuses connections of a network that has too many open, whether it sends anything over them or not, or that opens
 * them too fast. So no single network can take all connections that the server accepts.
 */
final class AddressLimit implements Connection.Listener {
    /** The most open connections of one network. A browser opens about six, and one for each live session. */
    static final int MAX_OPEN = 100;

    /** The most connections that one network may open within {@link #WINDOW}. */
    static final int MAX_OPENED = 1000;

    private static final Duration WINDOW = Duration.ofSeconds(10);

    /** The most networks that are remembered; beyond that, those that began first are forgotten. */
    private static final int MAX_NETWORKS = 10_000;

    private final Supplier<Collection<EndPoint>> connections;
    private final Proxies proxies;
    private final LongSupplier nanoTime;
    private final Map<Network, Opened> opened = new LinkedHashMap<>();

    /** The connections of a network since {@code began}. */
    private record Opened(long began, int count) {}

    /**
     * Creates the limit.
     *
     * @param connections lists the open connections
     * @param proxies whose connections are not limited, because they are those of all clients
     * @param nanoTime the clock, such as {@link System#nanoTime}
     */
    AddressLimit(Supplier<Collection<EndPoint>> connections, Proxies proxies, LongSupplier nanoTime) {
        this.connections = connections;
        this.proxies = proxies;
        this.nanoTime = nanoTime;
    }

    @Override
    public void onOpened(Connection connection) {
        EndPoint endPoint = connection.getEndPoint();
        if (connection instanceof WebSocketConnection
                || !(endPoint.getRemoteSocketAddress() instanceof InetSocketAddress peer)
                || proxies.include(peer.getAddress())) {
            return;
        }
        Network network = Network.of(peer.getAddress());
        if (isTooFast(network)) {
            refuse(endPoint, "opens connections too fast: try again in %d s".formatted(WINDOW.toSeconds()));
        } else if (open(network) > MAX_OPEN) {
            refuse(endPoint, "has %d connections open, which is the most: close some".formatted(MAX_OPEN));
        }
    }

    private long open(Network network) {
        return connections.get().stream()
                .filter(other -> other.getRemoteSocketAddress() instanceof InetSocketAddress peer
                        && Network.of(peer.getAddress()).equals(network))
                .count();
    }

    /** Counts another connection of {@code network}, and returns whether these are too many. */
    synchronized boolean isTooFast(Network network) {
        long now = nanoTime.getAsLong();
        Opened before = opened.get(network);
        Opened present = before == null || now - before.began() > WINDOW.toNanos()
                ? new Opened(now, 1)
                : new Opened(before.began(), before.count() + 1);
        opened.put(network, present);
        if (opened.size() > MAX_NETWORKS) {
            opened.remove(opened.keySet().iterator().next());
        }
        return present.count() > MAX_OPENED;
    }

    /** Answers without reading anything, and closes the connection. */
    private static void refuse(EndPoint endPoint, String why) {
        ApiError error =
                ApiError.of(new ApiException(ErrorCode.QUEUE_FULL, "this address " + why, Optional.of(WINDOW)));
        String body = Json.MAPPER.writeValueAsString(Responses.openAi(error));
        String answer = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: %d\r\n"
                        .formatted(WINDOW.toSeconds())
                + "Content-Length: %d\r\nConnection: close\r\n\r\n%s"
                        .formatted(body.getBytes(StandardCharsets.UTF_8).length, body);
        endPoint.write(
                Callback.from(endPoint::close, failure -> endPoint.close(failure)),
                ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
    }
}
