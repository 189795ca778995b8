package dev.hypersd.serve.queue;

import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Pictures that somebody waits for: queued, then drawn, then there. Safe to share. */
public final class GenerationJob {
    private final String client;
    private final Order order;
    private final Watcher watcher;
    private final long began = System.nanoTime();
    private final Duration limit;
    private final CompletableFuture<List<GeneratedImage>> pictures = new CompletableFuture<>();

    private volatile boolean cancelled;

    GenerationJob(String client, Order order, Watcher watcher, Duration limit) {
        this.client = client;
        this.order = order;
        this.watcher = watcher;
        this.limit = limit;
    }

    /** The pictures; fails with what went wrong, a {@link ApiException} where that was the queue, the deadline or a wish of the client. */
    public CompletableFuture<List<GeneratedImage>> pictures() {
        return pictures;
    }

    /** What is drawn. */
    public Order order() {
        return order;
    }

    /** Lets it be: at once if it still waits, after the present step if it is being drawn. */
    public void cancel() {
        cancelled = true;
    }

    String client() {
        return client;
    }

    /** Whether nobody waits for it any more. */
    boolean isOver() {
        return cancelled || age().compareTo(limit) > 0;
    }

    /** Since it was accepted. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** A step of its pictures is done; nobody is told after the end. */
    void tell(Step step) {
        if (!pictures.isDone()) {
            watcher.onStep(step);
        }
    }

    /** Says why pictures will not come. */
    void end() {
        pictures.completeExceptionally(
                cancelled
                        ? new ApiException(ErrorCode.CANCELLED, "the request was cancelled")
                        : new ApiException(
                                ErrorCode.DEADLINE_EXCEEDED,
                                "the picture was not done within %d s, waiting included: ask for less, or later"
                                        .formatted(Math.max(1, limit.toSeconds()))));
    }
}
