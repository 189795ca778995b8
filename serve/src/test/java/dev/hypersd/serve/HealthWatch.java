package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks a server for its health again and again, as a monitor does. Each answer must come within a second. Since other
 * programs may keep the machine busy for a moment, a late one is asked for a second time, at once, which must then be
 * answered in time; and few may be late.
 */
final class HealthWatch implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 20;

    /** The largest share of answers that may be late, and the number that is allowed however few answers there are. */
    private static final double LATE_SHARE = 0.02;

    private static final int LATE_AT_MOST = 2;

    private final int port;
    private final Thread thread = Thread.ofPlatform().name("health-watch").unstarted(this::watch);
    private volatile boolean ended;
    private int answers;
    private int late;
    private Optional<Throwable> failure = Optional.empty();

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
                if (!isAnsweredInTime()) {
                    late++;
                    assertThat(isAnsweredInTime())
                            .as("whether the health was answered within a second when asked for twice")
                            .isTrue();
                }
                answers++;
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException | InterruptedException | AssertionError e) {
            failure = Optional.of(e);
        }
    }

    /** Asks once, and does not wait longer than the answer may take. */
    private boolean isAnsweredInTime() throws IOException {
        long asked = System.nanoTime();
        try (RawClient client = RawClient.of(port, LONGEST)) {
            client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.answer()).startsWith("HTTP/1.1 200 ");
        } catch (SocketTimeoutException e) {
            return false;
        }
        return Duration.ofNanos(System.nanoTime() - asked).compareTo(LONGEST) < 0;
    }

    /** Stops asking, and checks that the answers came in time. */
    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join();
        assertThat(failure).as("what asking for the health met with").isEmpty();
        assertThat(answers).as("answers").isPositive();
        assertThat(late).as("late ones of %d answers", answers).isLessThanOrEqualTo(Math.max(LATE_AT_MOST, (int)
                (LATE_SHARE * answers)));
    }
}
