package dev.hypersd.training;

import dev.hypersd.data.BatchOrder;
import dev.hypersd.data.Dataset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Reads batches of shuffled samples ahead while earlier ones are trained on. */
final class Prefetcher<S> implements AutoCloseable {
    private final Dataset<S> samples;
    private final BatchOrder order;
    private final int stride;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hypersd-samples").daemon().factory());
    private long expected = -1;
    private CompletableFuture<List<S>> next = CompletableFuture.completedFuture(List.of());

    /**
     * Creates the reader.
     *
     * @param stride of the batches that follow each other, every how manieth is taken; the next of them is read ahead
     */
    Prefetcher(Dataset<S> samples, int batch, long seed, int stride) {
        this.samples = samples;
        this.stride = stride;
        this.order = BatchOrder.shuffled(samples, batch, seed);
    }

    /** Returns the batch {@code number} of the order. */
    List<S> take(long number) {
        CompletableFuture<List<S>> wanted = number == expected ? next : read(number);
        List<S> batch = await(wanted);
        expected = number + stride;
        next = read(expected);
        return batch;
    }

    private CompletableFuture<List<S>> read(long number) {
        return CompletableFuture.supplyAsync(
                () -> order.batch(number).stream()
                        .map(place -> samples.get(place.index(), place.epoch()))
                        .toList(),
                reader);
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
