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
 * Closes connections over which a request trickles in or an answer trickles out. An idle timeout alone lets one byte now and then keep a
 * connection, and what it holds, for days. Live sessions are looked after by themselves.
 */
final class SlowClientLimit extends AbstractLifeCycle {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final Supplier<Collection<EndPoint>> connections;
    private final Duration longestRequest;
    private final Duration longestAnswer;
    private final Map<EndPoint, Flow> flows = new ConcurrentHashMap<>();
    private final Thread watch = Thread.ofVirtual().name("hypersd-trickles").unstarted(this::watch);

    /**
     * What has passed since a request began; times in nanoseconds.
     *
     * @param requests how many have begun
     * @param in bytes of the clients
     * @param out bytes for them
     * @param began when it was first looked at
     * @param inLasted until {@code in} was seen to grow the last time
     * @param outLasted until {@code out} was
     */
    private record Flow(long requests, long in, long out, long began, long inLasted, long outLasted) {
        static Flow of(Connection connection) {
            return new Flow(
                    connection.getMessagesIn(),
                    connection.getBytesIn(),
                    connection.getBytesOut(),
                    System.nanoTime(),
                    0,
                    0);
        }

        Flow followedBy(Flow next) {
            if (next.requests != requests) {
                return next;
            }
            long now = next.began - began;
            return new Flow(
                    requests,
                    next.in,
                    next.out,
                    began,
                    next.in == in ? inLasted : now,
                    next.out == out ? outLasted : now);
        }
    }

    /**
     * @param connections that are open
     * @param longestRequest how long a request may take to arrive
     * @param longestAnswer how long after its request an answer may still be on its way
     */
    SlowClientLimit(Supplier<Collection<EndPoint>> connections, Duration longestRequest, Duration longestAnswer) {
        this.connections = connections;
        this.longestRequest = longestRequest;
        this.longestAnswer = longestAnswer;
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
                flows.keySet().retainAll(open);
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
        Flow flow = flows.merge(endPoint, Flow.of(connection), Flow::followedBy);
        if (flow.inLasted() > longestRequest.toNanos() || flow.outLasted() > longestAnswer.toNanos()) {
            endPoint.close();
        }
    }
}
