package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Asks a server for its health again and again, as a monitor does. Each answer must come within a second. */
final class HealthWatch implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 20;

    private final int port;
    private final Thread thread = Thread.ofPlatform().name("health-watch").unstarted(this::watch);
    private volatile boolean ended;
    private int answers;
    private Duration slowest = Duration.ZERO;
    private Optional<Exception> failure = Optional.empty();

    private HealthWatch(int port) {
        this.port = port;
    }

    /** Begins to watch the server that listens at {@code port}. */
    static HealthWatch of(int port) {
        HealthWatch watch = new HealthWatch(port);
        watch.thread.start();
        return watch;
    }

    private void watch() {
        try {
            while (!ended) {
                ask();
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException | InterruptedException e) {
            failure = Optional.of(e);
        }
    }

    private void ask() throws IOException {
        long asked = System.nanoTime();
        try (RawClient client = RawClient.of(port)) {
            client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
            if (client.answer().startsWith("HTTP/1.1 200 ")) {
                answers++;
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - asked);
        slowest = took.compareTo(slowest) > 0 ? took : slowest;
    }

    /** Stops asking, and checks that each answer came in time. */
    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join();
        assertThat(failure).as("what asking for the health met with").isEmpty();
        assertThat(answers).as("answers").isPositive();
        assertThat(slowest).as("the slowest answer of %d", answers).isLessThan(LONGEST);
    }
}
