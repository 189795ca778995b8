package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Limits;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What one request brings in: its body and its pictures, unpacked. Held until the request is answered. Safe to share. */
public final class Intake implements AutoCloseable {
    private static final String ATTRIBUTE = "hypersd-intake";

    private final Limits limits;
    private final AtomicLong heldByAll;
    private final AtomicLong held = new AtomicLong();

    Intake(Limits limits, AtomicLong heldByAll) {
        this.limits = limits;
        this.heldByAll = heldByAll;
    }

    /** The intake of {@code request}, which {@link #attach} gave it. */
    public static Intake of(Context request) {
        return Objects.requireNonNull(request.attribute(ATTRIBUTE), "an intake is attached before any route is chosen");
    }

    /** Makes this the intake of {@code request}. */
    public void attach(Context request) {
        request.attribute(ATTRIBUTE, this);
    }

    /** How much may be brought in. */
    public Limits limits() {
        return limits;
    }

    /**
     * Makes room for {@code bytes} more.
     *
     * @throws ApiException if the requests of all would then hold more than this server has for them
     */
    void take(long bytes) {
        held.addAndGet(bytes);
        if (heldByAll.addAndGet(bytes) > limits.requests().maxMemoryBytes()) {
            throw new ApiException(
                    ErrorCode.QUEUE_FULL,
                    "the server holds as much of what others sent as it can: try again in 1 s",
                    Optional.of(Duration.ofSeconds(1)));
        }
    }

    /** Makes room for a message of a live session, as {@link RequestBody} does for bodies. */
    public void takeMessage(String text) {
        take((long) RequestBody.COPIES * text.length());
    }

    /** Gives all of it back; again does nothing. */
    @Override
    public void close() {
        heldByAll.addAndGet(-held.getAndSet(0));
    }
}
