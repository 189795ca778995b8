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
 * Closes connections over which the head of a request trickles in. An idle timeout alone lets one byte now and then keep a connection for
 * days, and there are only so many.
 */
final class SlowHeads extends AbstractLifeCycle {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final Supplier<Collection<EndPoint>> connections;
    private final Duration most;
    private final Map<EndPoint, Trickle> trickles = new ConcurrentHashMap<>();
    private final Thread watch = Thread.ofVirtual().name("hypersd-slow-heads").unstarted(this::watch);

    /**
     * What has come since a request began.
     *
     * @param requests how many have begun
     * @param bytes how many have come
     * @param began when the first of them was seen, in nanoseconds
     * @param lasted until the last of them was seen, in nanoseconds
     */
    private record Trickle(long requests, long bytes, long began, long lasted) {
        static Trickle of(Connection connection) {
            return new Trickle(connection.getMessagesIn(), connection.getBytesIn(), System.nanoTime(), 0);
        }

        Trickle followedBy(Trickle next) {
            if (next.requests != requests) {
                return next;
            }
            return next.bytes == bytes ? this : new Trickle(requests, next.bytes, began, next.began - began);
        }
    }

    /**
     * @param connections that are open
     * @param most how long a request may take to arrive
     */
    SlowHeads(Supplier<Collection<EndPoint>> connections, Duration most) {
        this.connections = connections;
        this.most = most;
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
                Thread.sleep(LOOK_EVERY);
                Collection<EndPoint> open = connections.get();
                trickles.keySet().retainAll(open);
                open.forEach(this::look);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(EndPoint endPoint) {
        Connection connection = endPoint.getConnection();
        if (connection == null || connection instanceof WebSocketConnection) {
            return;
        }
        Trickle trickle = trickles.merge(endPoint, Trickle.of(connection), Trickle::followedBy);
        if (trickle.lasted() > most.toNanos()) {
            endPoint.close();
        }
    }
}
