package dev.hypersd.serve;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.websocket.core.WebSocketConnection;

/**
 * Closes connections of clients that send a request or read a response too slowly. An idle timeout alone is not enough:
 * a client that sends a byte now and then would keep its connection and its memory for days. Live sessions have limits
 * of their own.
 */
final class SlowClientLimit extends AbstractLifeCycle {
    private static final Duration CHECK_EVERY = Duration.ofSeconds(1);

    /**
     * The time that a request has beyond its limit until its connection is closed. Whoever sends a body too slowly is
     * answered when the limit is reached, and can read the answer before that.
     */
    private static final Duration MARGIN = Duration.ofSeconds(3);

    private final Supplier<Collection<EndPoint>> connections;
    private final Duration maxRequest;
    private final Duration maxResponse;
    private final Map<EndPoint, Transfer> transfers = new ConcurrentHashMap<>();
    private final Thread watch =
            Thread.ofPlatform().name("hypersd-slow-clients").daemon().unstarted(this::watch);

    /**
     * The traffic of a connection since its present request began. Times are in nanoseconds.
     *
     * @param requests the number of requests that have begun on this connection
     * @param in the number of bytes received
     * @param out the number of bytes sent
     * @param began the time when the present request was first observed
     * @param inLasted the time after {@code began} until which bytes were received
     * @param outLasted the time after {@code began} until which bytes were sent
     */
    private record Transfer(long requests, long in, long out, long began, long inLasted, long outLasted) {
        static Transfer of(Connection connection) {
            return new Transfer(
                    connection.getMessagesIn(),
                    connection.getBytesIn(),
                    connection.getBytesOut(),
                    System.nanoTime(),
                    0,
                    0);
        }

        Transfer updated(Transfer next) {
            if (next.requests != requests) {
                return next;
            }
            long now = next.began - began;
            return new Transfer(
                    requests,
                    next.in,
                    next.out,
                    began,
                    next.in == in ? inLasted : now,
                    next.out == out ? outLasted : now);
        }
    }

    /**
     * Creates the limit.
     *
     * @param connections lists the open connections
     * @param maxRequest the longest time of receiving a request
     * @param maxResponse the longest time from the beginning of a request to the end of its response
     */
    SlowClientLimit(Supplier<Collection<EndPoint>> connections, Duration maxRequest, Duration maxResponse) {
        this.connections = connections;
        this.maxRequest = maxRequest;
        this.maxResponse = maxResponse;
    }

    @Override
    protected void doStart() {
        watch.start();
    }

    @Override
    protected void doStop() {
        watch.interrupt();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(CHECK_EVERY);
                Collection<EndPoint> open = connections.get();
                transfers.keySet().retainAll(open);
                open.forEach(this::check);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(EndPoint endPoint) {
        Connection connection = endPoint.getConnection();
        if (connection == null || connection instanceof WebSocketConnection) {
            return;
        }
        Transfer flow = transfers.merge(endPoint, Transfer.of(connection), Transfer::updated);
        if (flow.inLasted() > maxRequest.plus(MARGIN).toNanos() || flow.outLasted() > maxResponse.toNanos()) {
            endPoint.close();
        }
    }
}
