package dev.hypersd.training;

import dev.hypersd.data.Dataset;
import dev.hypersd.data.Shuffle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;

/** Reads shuffled samples ahead while earlier ones are trained on. */
final class Prefetcher<S> implements AutoCloseable {
    private final Dataset<S> samples;
    private final Shuffle order;
    private final int stride;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hypersd-samples").daemon().factory());
    private long position = -1;
    private CompletableFuture<List<S>> next = CompletableFuture.completedFuture(List.of());

    /**
     * Creates the reader.
     *
     * @param stride of the batches that follow each other, every how manieth is taken; the next of them is read ahead
     */
    Prefetcher(Dataset<S> samples, long seed, int stride) {
        this.samples = samples;
        this.stride = stride;
        this.order = new Shuffle(samples.size(), seed);
    }

    /** Returns the samples {@code first} to {@code first + count - 1} of the order. */
    List<S> take(long first, int count) {
        CompletableFuture<List<S>> wanted = first == position ? next : read(first, count);
        List<S> batch = await(wanted);
        position = first + (long) stride * count;
        next = read(position, count);
        return batch;
    }

    private CompletableFuture<List<S>> read(long first, int count) {
        return CompletableFuture.supplyAsync(
                () -> LongStream.range(first, first + count)
                        .mapToObj(place -> samples.get(order.at(place), place / samples.size()))
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
