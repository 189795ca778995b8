package dev.hypersd.serve.studio;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.pipeline.Size;
import dev.hypersd.serve.catalogue.Catalogue;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.refusal.Refusal;
import dev.hypersd.serve.refusal.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Draws what clients wish, one after another and in fair turns, on a platform thread of its own: the engine spreads each operation over
 * the cores by itself. Safe to share.
 */
public final class Studio implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Studio.class.getPackageName());

    /** One picture of a large model, many of a small one, for which it matters that the JVM has compiled what it runs. */
    private static final long WARM_UP_NANOS = 1_500_000_000;

    /** What an idle studio takes a picture for, before it has drawn one. */
    private static final double FIRST_GUESS_SECONDS = 1;

    private final Catalogue catalogue;
    private final Limits limits;
    private final Metrics metrics;
    private final Turns<Commission> turns;
    private final Models models = new Models();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread thread;

    private volatile String model;
    private volatile boolean closing;
    private volatile double secondsEach = FIRST_GUESS_SECONDS;
    private volatile List<Commission> current = List.of();
    private volatile Optional<Progress> progress = Optional.empty();

    private Studio(Catalogue catalogue, Limits limits, Metrics metrics) {
        this.catalogue = catalogue;
        this.limits = limits;
        this.metrics = metrics;
        this.model = catalogue.firstName();
        this.turns = new Turns<>(limits.crowd().waiting(), limits.crowd().waitingOfOne());
        this.thread = Thread.ofPlatform().name("hypersd-studio").daemon().unstarted(this::work);
    }

    /** A studio that loads its first model in the background and warms up; wishes wait meanwhile. */
    public static Studio open(Catalogue catalogue, Limits limits, Metrics metrics) {
        Studio studio = new Studio(catalogue, limits, metrics);
        studio.thread.start();
        return studio;
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
    public Catalogue catalogue() {
        return catalogue;
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
        current.stream()
                .filter(commission -> commission.client().equals(client))
                .forEach(Commission::cancel);
    }

    /**
     * Accepts a wish.
     *
     * @param client who takes turns with others
     * @throws RefusedException if the queue is full, the studio is closing, or the wish is beyond what is there or allowed
     */
    public Commission submit(String client, Wish wish, Watcher watcher) {
        Commission commission = new Commission(
                client,
                Order.of(wish, model, catalogue, limits),
                watcher,
                limits.drawing().deadline());
        if (!turns.offer(client, commission)) {
            throw refused();
        }
        metrics.waiting(turns.size());
        return commission;
    }

    /** Takes {@code commission} back, whether it waits or is being drawn. */
    public void cancel(Commission commission) {
        commission.cancel();
        if (turns.remove(commission.client(), commission)) {
            commission.end();
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

    private RefusedException refused() {
        if (closing) {
            return new RefusedException(
                    Refusal.CLOSING, "the server is shutting down", Optional.of(Duration.ofSeconds(10)));
        }
        long seconds = Math.clamp((long) Math.ceil(secondsEach * turns.size()), 1, 600);
        return new RefusedException(
                Refusal.BUSY,
                "the queue is full: try again in %d s".formatted(seconds),
                Optional.of(Duration.ofSeconds(seconds)));
    }

    private void work() {
        try (models) {
            warmUp();
            for (Optional<Commission> next = turns.take(); next.isPresent(); next = turns.take()) {
                carryOut(next.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Loads the first model, and lets the engine choose its kernels and the JVM compile before somebody waits. */
    private void warmUp() {
        try {
            Order order = Order.of(Wish.of("").steps(1).build(), model, catalogue, limits);
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

    private void carryOut(Commission first) {
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
    private Batch gather(Commission first, DiffusionPipeline pipeline) {
        Size size = pipeline.sizeOf(first.order().request());
        long most = limits.drawing().together() / ((long) size.width() * size.height());
        List<Commission> taken = new ArrayList<>(List.of(first));
        turns.takeAlong(next -> {
            boolean joins = next.order().joins(first.order())
                    && new Batch(taken).count() + next.order().request().count() <= most;
            return joins && taken.add(next);
        });
        metrics.waiting(turns.size());
        return new Batch(taken);
    }

    private void draw(DiffusionPipeline pipeline, Batch batch) {
        current = batch.commissions();
        metrics.drawing(batch.count());
        batch.commissions().forEach(commission -> metrics.waited(commission.age()));
        long began = System.nanoTime();
        try {
            List<List<GeneratedImage>> pictures = batch.draw(pipeline, step -> {
                metrics.steps(batch.count());
                progress = Optional.of(new Progress(step.number(), step.total(), step.elapsed(), batch.prompt()));
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            metrics.drawn(batch.count(), took);
            secondsEach = 0.8 * secondsEach
                    + 0.2 * took.toNanos() / 1e9 / batch.commissions().size();
            for (int i = 0; i < pictures.size(); i++) {
                batch.commissions().get(i).pictures().complete(pictures.get(i));
            }
        } catch (GenerationCancelledException e) {
            batch.commissions().forEach(Commission::end);
        } catch (RuntimeException | Error e) {
            if (batch.commissions().size() == 1) {
                fail(batch.commissions().getFirst(), e);
            } else {
                // One of them is to blame, and the others shall not suffer for it.
                batch.commissions().forEach(commission -> draw(pipeline, new Batch(List.of(commission))));
            }
        } finally {
            current = List.of();
            metrics.drawing(0);
            progress = Optional.empty();
        }
    }

    /** Whatever it is, it is for whoever waits to hear, and the next picture is not to blame. */
    private static void fail(Commission commission, Throwable thrown) {
        LOG.log(System.Logger.Level.DEBUG, "a picture failed", thrown);
        commission
                .pictures()
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
        close(limits.drawing().deadline());
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

    private void refuse(Commission commission) {
        commission.pictures().completeExceptionally(refused());
        commission.cancel();
    }

    private void refuseRest() throws InterruptedException {
        for (Optional<Commission> next = turns.take(); next.isPresent(); next = turns.take()) {
            refuse(next.get());
        }
        current.forEach(this::refuse);
    }
}
