package dev.hypersd.serve.queue;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.pipeline.Size;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.registry.ModelRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Draws what clients wish, one after another and in fair turns, on a platform thread of its own: the engine spreads each operation over
 * the cores by itself. Safe to share.
 */
public final class GenerationQueue implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GenerationQueue.class.getPackageName());

    /** One picture of a large model, many of a small one, for which it matters that the JVM has compiled what it runs. */
    private static final long WARM_UP_NANOS = 1_500_000_000;

    /** What an idle queue takes a picture for, before it has drawn one. */
    private static final double FIRST_GUESS_SECONDS = 1;

    private final ModelRegistry registry;
    private final Limits limits;
    private final Metrics metrics;
    private final FairQueue<GenerationJob> turns;
    private final LoadedModels models = new LoadedModels();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread thread;

    private volatile String model;
    private volatile boolean closing;
    private volatile double secondsPerJob = FIRST_GUESS_SECONDS;
    private volatile List<GenerationJob> current = List.of();
    private volatile Optional<Progress> progress = Optional.empty();

    private GenerationQueue(ModelRegistry registry, Limits limits, Metrics metrics) {
        this.registry = registry;
        this.limits = limits;
        this.metrics = metrics;
        this.model = registry.defaultName();
        this.turns =
                new FairQueue<>(limits.clients().maxWaiting(), limits.clients().maxWaitingPerClient());
        this.thread = Thread.ofPlatform().name("hypersd-queue").daemon().unstarted(this::work);
    }

    /** A queue that loads its first model in the background and warms up; wishes wait meanwhile. */
    public static GenerationQueue open(ModelRegistry registry, Limits limits, Metrics metrics) {
        GenerationQueue queue = new GenerationQueue(registry, limits, metrics);
        queue.thread.start();
        return queue;
    }

    /** Done when the first model is loaded and warm; failed if it cannot be. */
    public CompletableFuture<Void> ready() {
        return ready;
    }

    /** Whether it draws: the first model is there and it is not closing. */
    public boolean isReady() {
        return ready.isDone() && !ready.isCompletedExceptionally() && !closing;
    }

    /** What clients may name. */
    public ModelRegistry registry() {
        return registry;
    }

    /** How much they may ask for. */
    public Limits limits() {
        return limits;
    }

    /** The name of the model that draws when a wish names none. */
    public String model() {
        return model;
    }

    /** How many wishes wait. */
    public int waiting() {
        return turns.size();
    }

    /** The picture that is being drawn, if one is. */
    public Optional<Progress> progress() {
        return progress;
    }

    /** Takes back what is being drawn for {@code client}; it ends after its present step. */
    public void interrupt(String client) {
        current.stream().filter(job -> job.client().equals(client)).forEach(GenerationJob::cancel);
    }

    /**
     * Accepts a wish.
     *
     * @param client who takes turns with others
     * @throws ApiException if the queue is full, the queue is closing, or the wish is beyond what is there or allowed
     */
    public GenerationJob submit(String client, Wish wish, Watcher watcher) {
        GenerationJob job = new GenerationJob(
                client,
                Order.of(wish, model, registry, limits),
                watcher,
                limits.generation().deadline());
        if (!turns.offer(client, job)) {
            throw refused();
        }
        metrics.waiting(turns.size());
        return job;
    }

    /** Takes {@code job} back, whether it waits or is being drawn. */
    public void cancel(GenerationJob job) {
        job.cancel();
        if (turns.remove(job.client(), job)) {
            job.end();
            metrics.waiting(turns.size());
        }
    }

    /**
     * Changes the model that draws when a wish names none, once it is loaded; until then, and if it cannot be loaded, the present one goes on.
     *
     * @return done when the change is made
     */
    public CompletableFuture<Void> switchTo(String client, String name) {
        Wish warm = Wish.of("").model(name).steps(1).build();
        return submit(client, warm, Watcher.NONE).pictures().thenAccept(pictures -> model = name);
    }

    private ApiException refused() {
        if (closing) {
            return new ApiException(
                    ErrorCode.SHUTTING_DOWN, "the server is shutting down", Optional.of(Duration.ofSeconds(10)));
        }
        long seconds = Math.clamp((long) Math.ceil(secondsPerJob * turns.size()), 1, 600);
        return new ApiException(
                ErrorCode.QUEUE_FULL,
                "the queue is full: try again in %d s".formatted(seconds),
                Optional.of(Duration.ofSeconds(seconds)));
    }

    private void work() {
        try (models) {
            warmUp();
            for (Optional<GenerationJob> next = turns.take(); next.isPresent(); next = turns.take()) {
                carryOut(next.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Loads the first model, and lets the engine choose its kernels and the JVM compile before somebody waits. */
    private void warmUp() {
        try {
            Order order = Order.of(Wish.of("").steps(1).build(), model, registry, limits);
            DiffusionPipeline pipeline = models.of(order);
            long began = System.nanoTime();
            do {
                var _ = pipeline.generate(order.request());
            } while (System.nanoTime() - began < WARM_UP_NANOS);
            ready.complete(null);
        } catch (RuntimeException | Error e) {
            ready.completeExceptionally(e);
        }
    }

    private void carryOut(GenerationJob first) {
        metrics.waiting(turns.size());
        if (first.isOver()) {
            first.end();
            return;
        }
        try {
            DiffusionPipeline pipeline = models.of(first.order());
            draw(pipeline, gather(first, pipeline));
        } catch (RuntimeException | Error e) {
            fail(first, e);
        }
    }

    /** {@code first} and what waits that can be drawn along with it. */
    private Batch gather(GenerationJob first, DiffusionPipeline pipeline) {
        Size size = pipeline.sizeOf(first.order().request());
        long most = limits.generation().maxBatchPixels() / ((long) size.width() * size.height());
        List<GenerationJob> taken = new ArrayList<>(List.of(first));
        turns.takeMatching(next -> {
            boolean joins = next.order().joins(first.order())
                    && new Batch(taken).count() + next.order().request().count() <= most;
            return joins && taken.add(next);
        });
        metrics.waiting(turns.size());
        return new Batch(taken);
    }

    private void draw(DiffusionPipeline pipeline, Batch batch) {
        current = batch.jobs();
        metrics.drawing(batch.count());
        batch.jobs().forEach(job -> metrics.waited(job.age()));
        long began = System.nanoTime();
        try {
            List<List<GeneratedImage>> pictures = batch.draw(pipeline, step -> {
                metrics.steps(batch.count());
                progress = Optional.of(new Progress(step.number(), step.total(), step.elapsed(), batch.prompt()));
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            metrics.drawn(batch.count(), took);
            secondsPerJob = 0.8 * secondsPerJob
                    + 0.2 * took.toNanos() / 1e9 / batch.jobs().size();
            for (int i = 0; i < pictures.size(); i++) {
                batch.jobs().get(i).pictures().complete(pictures.get(i));
            }
        } catch (GenerationCancelledException e) {
            batch.jobs().forEach(GenerationJob::end);
        } catch (RuntimeException | Error e) {
            if (batch.jobs().size() == 1) {
                fail(batch.jobs().getFirst(), e);
            } else {
                // One of them is to blame, and the others shall not suffer for it.
                batch.jobs().forEach(job -> draw(pipeline, new Batch(List.of(job))));
            }
        } finally {
            current = List.of();
            metrics.drawing(0);
            progress = Optional.empty();
        }
    }

    /** Whatever it is, it is for whoever waits to hear, and the next picture is not to blame. */
    private static void fail(GenerationJob job, Throwable thrown) {
        LOG.log(System.Logger.Level.DEBUG, "a picture failed", thrown);
        job.pictures()
                .completeExceptionally(
                        thrown instanceof OutOfMemoryError
                                ? new HyperSdException(
                                        "there is not enough memory for this: ask for a smaller size or fewer pictures",
                                        thrown)
                                : thrown);
    }

    /** Accepts nothing more and finishes what waits, for {@link #close(Duration)} without a limit of its own. */
    @Override
    public void close() {
        close(limits.generation().deadline());
    }

    /** Accepts nothing more, finishes what waits within {@code grace}, refuses the rest, and frees the models. */
    public void close(Duration grace) {
        closing = true;
        turns.close();
        try {
            if (!thread.join(grace)) {
                refuseRest();
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refuse(GenerationJob job) {
        job.pictures().completeExceptionally(refused());
        job.cancel();
    }

    private void refuseRest() throws InterruptedException {
        for (Optional<GenerationJob> next = turns.take(); next.isPresent(); next = turns.take()) {
            refuse(next.get());
        }
        current.forEach(this::refuse);
    }
}
