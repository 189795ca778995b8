package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Network;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The platform threads that decode the images of clients. A native decoder on a virtual thread would occupy one of the
 * few threads that carry all virtual ones, so that two slow images could keep the server from answering anything. Each
 * network has one image decoded at a time, so that none takes all threads. The threads do not keep the program from
 * ending. Safe to share.
 */
final class DecoderThreads implements AutoCloseable {
    static final int THREADS = 2;

    private static final long CHECK_EVERY_NANOS = Duration.ofMillis(100).toNanos();

    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().name("hypersd-decoder-", 0).daemon().factory());

    /** Who is being decoded for, or waits for it. */
    private final Map<Network, Turns> networks = new HashMap<>();

    /** Lets the images of one network have their turns; {@code users} counts those that wait or have theirs. */
    private static final class Turns {
        private final Semaphore one = new Semaphore(1, true);
        private int users;
    }

    /** Something to wait for: returns whether it happened within so many nanoseconds. */
    private interface Event {
        boolean within(long nanos) throws InterruptedException, ExecutionException;
    }

    /**
     * Returns what {@code decoder} returns, which is interrupted after {@code limit}, or when the sender has left. An
     * image waits for its turn as long at most.
     *
     * @param field the name of the image, for messages
     * @throws ApiException if the image takes longer, which is its sender's fault; if no thread becomes free, which is
     *     not; or if the sender has left or the server ends
     */
    <T> T within(Sender sender, Duration limit, String field, Supplier<T> decoder) {
        Turns turns = enter(sender.network());
        try {
            if (!await(sender, limit, nanos -> turns.one.tryAcquire(nanos, TimeUnit.NANOSECONDS))) {
                throw busy(limit);
            }
            try {
                return decodeWithin(sender, limit, field, decoder);
            } finally {
                turns.one.release();
            }
        } catch (ExecutionException e) {
            if (threads.isShutdown()) {
                throw closing();
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        } catch (RejectedExecutionException e) {
            throw closing();
        } finally {
            leave(sender.network(), turns);
        }
    }

    private <T> T decodeWithin(Sender sender, Duration limit, String field, Supplier<T> decoder)
            throws InterruptedException, ExecutionException {
        CountDownLatch begun = new CountDownLatch(1);
        Future<T> decoded = threads.submit(() -> {
            begun.countDown();
            return decoder.get();
        });
        try {
            if (!await(sender, limit, nanos -> begun.await(nanos, TimeUnit.NANOSECONDS))) {
                throw busy(limit);
            }
            if (!await(sender, limit, nanos -> isDone(decoded, nanos))) {
                throw new ApiException(
                        ErrorCode.REQUEST_TOO_LARGE,
                        "%s was not decoded within %d s: send a smaller image, or a PNG"
                                .formatted(field, seconds(limit)));
            }
            return decoded.get();
        } finally {
            decoded.cancel(true);
        }
    }

    private static boolean isDone(Future<?> decoded, long nanos) throws InterruptedException, ExecutionException {
        try {
            var _ = decoded.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Waits for {@code event} and returns whether it happened in time. */
    private boolean await(Sender sender, Duration limit, Event event) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos(); left > 0; left = end - System.nanoTime()) {
            if (event.within(Math.min(left, CHECK_EVERY_NANOS))) {
                return true;
            }
            if (threads.isShutdown()) {
                throw closing();
            }
            if (sender.hasLeft().getAsBoolean()) {
                throw new ApiException(ErrorCode.CANCELLED, "the request was cancelled");
            }
        }
        return false;
    }

    private Turns enter(Network network) {
        synchronized (networks) {
            Turns turns = networks.computeIfAbsent(network, _ -> new Turns());
            turns.users++;
            return turns;
        }
    }

    private void leave(Network network, Turns turns) {
        synchronized (networks) {
            turns.users--;
            if (turns.users == 0) {
                networks.remove(network);
            }
        }
    }

    private static ApiException busy(Duration limit) {
        return new ApiException(
                ErrorCode.QUEUE_FULL,
                "images of other requests are being decoded: try again in %d s".formatted(seconds(limit)),
                Optional.of(Duration.ofSeconds(seconds(limit))));
    }

    private static ApiException closing() {
        return new ApiException(
                ErrorCode.SHUTTING_DOWN, "the server is shutting down", Optional.of(Duration.ofSeconds(10)));
    }

    private static long seconds(Duration limit) {
        return Math.max(1, limit.toSeconds());
    }

    /** Decodes nothing more, and interrupts what is being decoded. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
