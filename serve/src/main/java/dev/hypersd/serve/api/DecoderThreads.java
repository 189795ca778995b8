package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The platform threads that decode the images of clients. A native decoder on a virtual thread would occupy one of the
 * few threads that carry all virtual ones, so that two slow images could keep the server from answering anything. The
 * threads do not keep the program from ending. Safe to share.
 */
final class DecoderThreads {
    static final int THREADS = 2;

    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().name("hypersd-decoder-", 0).daemon().factory());

    /**
     * Returns the result of {@code decoder}, which is interrupted after {@code limit}. It waits for a free thread for
     * at most the same time.
     *
     * @param field the name of the image, for messages
     * @throws ApiException if the image takes longer, which is its sender's fault, or if no thread becomes free, which
     *     is not
     */
    <T> T within(Duration limit, String field, Supplier<T> decoder) {
        CountDownLatch begun = new CountDownLatch(1);
        Future<T> decoded = threads.submit(() -> {
            begun.countDown();
            return decoder.get();
        });
        try {
            if (!begun.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy(limit);
            }
            return decoded.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "%s was not decoded within %d s: send a smaller image, or a PNG".formatted(field, seconds(limit)));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        } finally {
            decoded.cancel(true);
        }
    }

    private static ApiException busy(Duration limit) {
        return new ApiException(
                ErrorCode.QUEUE_FULL,
                "images of other requests are being decoded: try again in %d s".formatted(seconds(limit)),
                Optional.of(Duration.ofSeconds(seconds(limit))));
    }

    private static long seconds(Duration limit) {
        return Math.max(1, limit.toSeconds());
    }
}
