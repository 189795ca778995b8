package dev.hypersd.serve.queue;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.pipeline.GenerationListener;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Size;
import dev.hypersd.serve.error.StackTraces;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.NativeHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Generates the images of jobs, one batch after another, with models that it loads when they are needed. Only the
 * queue's thread may call it, except where it says that everybody may.
 */
final class Generator implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Generator.class.getPackageName());

    /** The assumed duration of a job before one has been measured. */
    private static final double INITIAL_SECONDS_PER_JOB = 1;

    private final FairQueue<GenerationJob> waiting;
    private final Limits.Generation limits;
    private final Metrics metrics;
    private final LoadedModels models;

    /** The number of threads of an operation at start, and at present; 0 before the engine is first used. */
    private int usualThreads;

    private int threads;

    /** The jobs that have had a turn, or have one now, and are not done. */
    private final Set<GenerationJob> begun = ConcurrentHashMap.newKeySet();

    private volatile List<GenerationJob> current = List.of();
    private volatile double secondsPerJob = INITIAL_SECONDS_PER_JOB;

    /**
     * Creates a generator without any model.
     *
     * @param waiting the jobs that may join the batch of another, and to which those that need another turn are put
     *     back
     */
    Generator(FairQueue<GenerationJob> waiting, Limits.Generation limits, Metrics metrics, LoadedModels.Loader loader) {
        this.waiting = waiting;
        this.limits = limits;
        this.metrics = metrics;
        this.models = new LoadedModels(loader);
    }

    /** Returns the jobs that have had a turn, or have one now, and are not done. Everybody may call this. */
    Set<GenerationJob> begun() {
        return begun;
    }

    /** Returns the jobs whose turn it is. Everybody may call this. */
    List<GenerationJob> current() {
        return current;
    }

    /** Returns how long a job took recently. Everybody may call this. */
    double secondsPerJob() {
        return secondsPerJob;
    }

    /**
     * Generates the images of {@code job} again and again, until {@code time} has passed and at least once.
     *
     * @param isUnwanted whether to end before that
     * @throws GenerationCancelledException if it ended before that
     */
    void warmUp(GenerationJob job, Duration time, BooleanSupplier isUnwanted) {
        DiffusionPipeline pipeline = prepared(job, isUnwanted);
        GenerationListener listener = new GenerationListener() {
            @Override
            public boolean isCancelled() {
                return isUnwanted.getAsBoolean();
            }
        };
        long began = System.nanoTime();
        do {
            var _ = pipeline.generate(job.request(), listener);
        } while (System.nanoTime() - began < time.toNanos());
    }

    /**
     * Generates as many images of {@code first} as one turn has, together with those of waiting jobs that fit. The jobs
     * are told what becomes of them.
     */
    void run(GenerationJob first) {
        metrics.waiting(waiting.size());
        if (first.isAbandoned()) {
            first.abandon();
            return;
        }
        try {
            begin(first);
            DiffusionPipeline pipeline = prepared(first, () -> isUnwanted(first));
            limits.check(
                    first.request(), pipeline.sizeOf(first.request()), Optional.of(pipeline.sampler(first.request())));
            generate(pipeline, batchOf(first, pipeline));
        } catch (GenerationCancelledException e) {
            first.abandon();
        } catch (RuntimeException | Error e) {
            fail(first, e);
        }
    }

    /** Returns the model of {@code job}, and lets operations use as many threads as it wants. */
    private DiffusionPipeline prepared(GenerationJob job, BooleanSupplier isUnwanted) {
        if (usualThreads == 0) {
            usualThreads = Engine.threads();
            threads = usualThreads;
        }
        int wanted = job.threads().orElse(usualThreads);
        if (wanted != threads) {
            Engine.useThreads(wanted);
            threads = wanted;
        }
        return models.of(job, isUnwanted);
    }

    /**
     * Tells {@code job} while its model is loaded that it was cancelled or is too late, if so, and returns whether
     * nobody else waits for that model.
     */
    private boolean isUnwanted(GenerationJob job) {
        if (!job.isAbandoned()) {
            return false;
        }
        job.abandon();
        return !waiting.anyMatch(other -> !other.isAbandoned() && other.model().equals(job.model()));
    }

    /**
     * Returns as many images of {@code first} as are generated in one turn, together with waiting jobs that can be
     * generated in the same batch.
     */
    private Batch batchOf(GenerationJob first, DiffusionPipeline pipeline) {
        long inTurn = limits.maxBatchPixels() / pixels(first.request(), pipeline);
        int most = first.isAlone() ? 1 : (int) Math.clamp(inTurn, 1L, (long) Integer.MAX_VALUE);
        List<Batch.Part> taken = new ArrayList<>(List.of(first.next(most)));
        waiting.takeMatching(next -> {
            boolean joins = next.joins(first) && new Batch(taken).size() + next.remaining() <= most;
            return joins && taken.add(next.next(most));
        });
        metrics.waiting(waiting.size());
        return new Batch(taken);
    }

    private void generate(DiffusionPipeline pipeline, Batch batch) {
        current = batch.jobs();
        metrics.drawing(batch.size());
        if (batch.size() > 1) {
            batch.jobs().forEach(GenerationJob::share);
        }
        batch.jobs().forEach(this::begin);
        long began = System.nanoTime();
        try {
            List<List<GeneratedImage>> images = batch.generate(pipeline, () -> metrics.steps(batch.size()));
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            metrics.drawn(batch.size(), took);
            secondsPerJob = 0.8 * secondsPerJob
                    + 0.2 * took.toNanos() / 1e9 / batch.parts().size();
            for (int i = 0; i < images.size(); i++) {
                finish(batch.jobs().get(i), images.get(i));
            }
        } catch (GenerationCancelledException e) {
            batch.jobs().forEach(GenerationJob::abandon);
        } catch (RuntimeException | Error e) {
            if (batch.parts().size() == 1) {
                fail(batch.jobs().getFirst(), e);
            } else {
                // One of them is the cause: run each alone, so that the others succeed.
                batch.parts().forEach(part -> generate(pipeline, new Batch(List.of(part))));
            }
        } finally {
            current = List.of();
            metrics.drawing(0);
            if (isLarge(pipeline, batch)) {
                NativeHeap.trim();
            }
        }
    }

    /** Returns whether a batch took more memory than small images do, which is given back after it. */
    private boolean isLarge(DiffusionPipeline pipeline, Batch batch) {
        ImageRequest first = batch.parts().getFirst().request();
        return batch.size() * pixels(first, pipeline) > limits.maxBatchPixels();
    }

    /** Returns the number of pixels of an image in its larger pass. */
    private static long pixels(ImageRequest request, DiffusionPipeline pipeline) {
        Size size = pipeline.sizeOf(request);
        Size largest = request.hires().map(pass -> pass.enlarged(size)).orElse(size);
        return (long) largest.width() * largest.height();
    }

    private void begin(GenerationJob job) {
        if (begun.add(job)) {
            job.begin();
            metrics.waited(job.age());
            var _ = job.images().whenComplete((_, _) -> begun.remove(job));
        }
    }

    /** Gives a job the images of its turn, and another turn if it needs one. */
    private void finish(GenerationJob job, List<GeneratedImage> images) {
        job.add(images);
        if (job.images().isDone()) {
            return;
        }
        waiting.putBack(job.client(), job);
        if (job.isAbandoned() && waiting.remove(job)) {
            job.abandon();
        }
    }

    /** Fails one job with an error; the queue continues with the next one. */
    private static void fail(GenerationJob job, Throwable thrown) {
        LOG.log(System.Logger.Level.DEBUG, () -> "a job failed: " + StackTraces.withoutMessages(thrown));
        job.images()
                .completeExceptionally(
                        thrown instanceof OutOfMemoryError
                                ? new HyperSdException(
                                        "there is not enough memory for this: choose a smaller size or fewer images",
                                        thrown)
                                : thrown);
    }

    @Override
    public void close() {
        models.close();
    }
}
