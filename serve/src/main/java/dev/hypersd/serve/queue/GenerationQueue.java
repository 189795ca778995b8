package dev.hypersd.serve.queue;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Option;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.Size;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.error.StackTraces;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.NativeHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Generates the images of jobs, one job or batch after another, on one platform thread, since the engine distributes
 * each operation over the cores. Clients take turns ({@link FairQueue}), small jobs that differ only in prompts, seeds
 * and counts are generated in one batch ({@link Batch}), and a job of many images gets several turns. Safe to share.
 */
public final class GenerationQueue implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GenerationQueue.class.getPackageName());

    /**
     * The duration of the warm-up, in which a small model generates many images, so that the JVM has compiled its code.
     */
    private static final long WARM_UP_NANOS = 1_500_000_000;

    /** The assumed duration of a job before one has been measured. */
    private static final double INITIAL_SECONDS_PER_JOB = 1;

    /** The time for which the present layer of a network is awaited after the grace period. */
    private static final int LAST_LAYER_SECONDS = 3;

    private static final GenerationOptions EXACT_STEPS =
            GenerationOptions.builder().set(Option.EXACT_STEPS, true).build();

    private final ModelRegistry registry;
    private final Limits limits;
    private final Metrics metrics;
    private final FairQueue<GenerationJob> waiting;
    private final LoadedModels models = new LoadedModels();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread thread;

    /** The number of threads of an operation at present; used by the generation thread only. */
    private int threads;

    /** The number of threads of an operation at start; used by the generation thread only. */
    private int usualThreads;

    private volatile String model;
    private volatile boolean closing;
    private volatile double secondsPerJob = INITIAL_SECONDS_PER_JOB;
    private volatile List<GenerationJob> current = List.of();

    /** The jobs that have had a turn, or have one now, and are not done. */
    private final Set<GenerationJob> begun = ConcurrentHashMap.newKeySet();

    /** Creates a queue whose jobs wait until its thread is started. */
    GenerationQueue(ModelRegistry registry, Limits limits, Metrics metrics) {
        this.registry = registry;
        this.limits = limits;
        this.metrics = metrics;
        this.model = registry.defaultName();
        this.waiting =
                new FairQueue<>(limits.clients().maxWaiting(), limits.clients().maxWaitingPerClient());
        this.thread = Thread.ofPlatform().name("hypersd-generation").daemon().unstarted(this::work);
    }

    /** Opens a queue that loads the default model in the background and warms it up. Jobs wait meanwhile. */
    public static GenerationQueue open(ModelRegistry registry, Limits limits, Metrics metrics) {
        GenerationQueue queue = new GenerationQueue(registry, limits, metrics);
        queue.thread.start();
        return queue;
    }

    /** Completes when the default model is loaded and warmed up; fails if it cannot be loaded. */
    public CompletableFuture<Void> ready() {
        return ready;
    }

    /** Returns whether jobs are accepted and run: the default model is loaded, and the queue is not closing. */
    public boolean isReady() {
        return ready.isDone() && !ready.isCompletedExceptionally() && !closing;
    }

    /** Returns the models, LoRAs and ControlNets that clients may name. */
    public ModelRegistry registry() {
        return registry;
    }

    /** Returns the limits of requests and clients. */
    public Limits limits() {
        return limits;
    }

    /** Returns the name of the model that is used when a request names none. */
    public String model() {
        return model;
    }

    /** Returns the number of waiting jobs. */
    public int waiting() {
        return waiting.size();
    }

    /** Returns the progress of the job whose turn it is, or of the first of a batch; empty before its first step. */
    public Optional<GenerationJob.Progress> progress() {
        return current.stream().findFirst().flatMap(GenerationJob::progress);
    }

    /** Returns how many turns will come before that of {@code job}; empty if it does not wait. */
    public OptionalInt before(GenerationJob job) {
        return waiting.before(job);
    }

    /** Returns a job of {@code client} that is begun and not done, if it has one. */
    public Optional<GenerationJob> running(Client client) {
        return begun.stream().filter(job -> job.client().equals(client)).findFirst();
    }

    /** Cancels the jobs of {@code client} that are begun and not done. */
    public void interrupt(Client client) {
        begun.stream().filter(job -> job.client().equals(client)).forEach(this::cancel);
    }

    /**
     * Submits a job.
     *
     * @param client the client, which takes turns with others
     * @param options the options of the images
     * @param quality how much care they are drawn with
     * @param listener called after each denoising step on the engine's thread, so a slow listener delays the images
     * @throws ApiException if the queue is full or closing, or if the request names unknown files or exceeds a limit
     */
    public GenerationJob submit(Client client, GenerationOptions options, Quality quality, Consumer<Step> listener) {
        GenerationJob job = resolve(client, options, quality, listener);
        if (!waiting.offer(client, job)) {
            throw refused();
        }
        metrics.waiting(waiting.size());
        return job;
    }

    /**
     * Resolves {@code options} to a job. Unless {@link dev.hypersd.request.Option#EXACT_STEPS} is set, their steps are
     * those that are taken on an original picture, because clients that request a few steps of few-step models need
     * every one of them.
     *
     * @throws ApiException if they name unknown files, or exceed the limits
     * @throws dev.hypersd.error.InvalidRequestException if they contradict each other or do not fit the model
     */
    GenerationJob resolve(Client client, GenerationOptions options, Quality quality, Consumer<Step> listener) {
        return new GenerationJob(
                client,
                registry.model(options.get(Option.MODEL).orElse(model)),
                quality,
                explain(options),
                listener,
                limits.generation().deadline());
    }

    /** Returns what {@code options} mean here, and draws nothing; for the rest, see {@link #submit}. */
    public ResolvedOptions explain(GenerationOptions options) {
        Limits.Generation allowed = limits.generation();
        allowed.check(options);
        List<String> warnings = new ArrayList<>();
        GenerationOptions fitted = allowed.fitted(options, warnings);
        String name = options.get(Option.MODEL).orElse(model);
        ResolvedOptions resolved = withExactSteps(fitted).resolve(registry.target(name), registry);
        allowed.check(resolved.request());
        warnings.addAll(resolved.warnings());
        return new ResolvedOptions(resolved.request(), resolved.preset(), warnings);
    }

    /** Returns {@code options} as they are read here: steps are those that are taken, unless they say otherwise. */
    public static GenerationOptions withExactSteps(GenerationOptions options) {
        return options.over(EXACT_STEPS);
    }

    /** Cancels {@code job}: immediately if it waits, after the present layer of a network if it runs. */
    public void cancel(GenerationJob job) {
        job.cancel();
        if (waiting.remove(job)) {
            job.abandon();
            metrics.waiting(waiting.size());
        }
    }

    /**
     * Changes the model that is used when a request names none. The change takes effect once the other model is loaded.
     *
     * @return completes when the change has taken effect; if the model cannot be loaded, it fails and nothing changes
     */
    public CompletableFuture<Void> switchTo(Client client, String name) {
        GenerationOptions warm =
                GenerationOptions.of("").toBuilder().model(name).steps(1).build();
        return submit(client, warm, Quality.FAST, step -> {}).images().thenAccept(images -> model = name);
    }

    private ApiException refused() {
        if (closing) {
            return new ApiException(
                    ErrorCode.SHUTTING_DOWN, "the server is shutting down", Optional.of(Duration.ofSeconds(10)));
        }
        long seconds = Math.clamp((long) Math.ceil(secondsPerJob * waiting.size()), 1, 600);
        return new ApiException(
                ErrorCode.QUEUE_FULL,
                "the queue is full: try again in %d s".formatted(seconds),
                Optional.of(Duration.ofSeconds(seconds)));
    }

    private void work() {
        try (models) {
            usualThreads = Engine.threads();
            threads = usualThreads;
            warmUp();
            if (isReady() && registry.defaultModel().hasFast()) {
                prepareFinal();
            }
            while (runNext()) {
                // Until the queue is closed.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits for a job and runs it; returns false once the queue is closed and empty. Nothing refers to the last job and
     * the pictures in it while this waits for the next one.
     */
    private boolean runNext() throws InterruptedException {
        Optional<GenerationJob> next = waiting.take();
        next.ifPresent(this::run);
        return next.isPresent();
    }

    /**
     * Loads the default model and runs it, so that kernels are chosen and code is compiled before the first request.
     */
    private void warmUp() {
        try {
            GenerationJob job = warmUp(Quality.FAST);
            DiffusionPipeline pipeline = prepared(job);
            long began = System.nanoTime();
            do {
                var _ = pipeline.generate(job.request());
            } while (System.nanoTime() - began < WARM_UP_NANOS);
            ready.complete(null);
        } catch (RuntimeException | Error e) {
            ready.completeExceptionally(e);
        }
    }

    /** Returns the model of {@code job}, and lets operations use as many threads as it wants. */
    private DiffusionPipeline prepared(GenerationJob job) {
        int wanted = job.threads().orElse(usualThreads);
        if (wanted != threads) {
            Engine.useThreads(wanted);
            threads = wanted;
        }
        return models.of(job);
    }

    private GenerationJob warmUp(Quality quality) {
        return resolve(
                Client.of(""), GenerationOptions.of("").toBuilder().steps(1).build(), quality, step -> {});
    }

    /**
     * Loads the default model for pictures that stay too, if that is done in another way, so that the first of them
     * does not make somebody who draws wait. If it cannot be loaded, the requests for such pictures are told.
     */
    private void prepareFinal() {
        try {
            GenerationJob job = warmUp(Quality.FINAL);
            var _ = prepared(job).generate(job.request());
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "no pictures that stay: " + StackTraces.withoutMessages(e));
        }
    }

    private void run(GenerationJob first) {
        metrics.waiting(waiting.size());
        if (first.isAbandoned()) {
            first.abandon();
            return;
        }
        try {
            DiffusionPipeline pipeline = prepared(first);
            limits.generation()
                    .check(
                            first.request(),
                            pipeline.sizeOf(first.request()),
                            Optional.of(pipeline.sampler(first.request())));
            generate(pipeline, batchOf(first, pipeline));
        } catch (RuntimeException | Error e) {
            fail(first, e);
        }
    }

    /**
     * Returns as many images of {@code first} as are generated in one turn, together with waiting jobs that can be
     * generated in the same batch.
     */
    private Batch batchOf(GenerationJob first, DiffusionPipeline pipeline) {
        long inTurn = limits.generation().maxBatchPixels() / pixels(first.request(), pipeline);
        int most = (int) Math.clamp(inTurn, 1L, (long) Integer.MAX_VALUE);
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
        return batch.size() * pixels(first, pipeline) > limits.generation().maxBatchPixels();
    }

    /** Returns the number of pixels of an image in its larger pass. */
    private static long pixels(ImageRequest request, DiffusionPipeline pipeline) {
        Size size = pipeline.sizeOf(request);
        Size largest = request.hires().map(pass -> pass.enlarged(size)).orElse(size);
        return (long) largest.width() * largest.height();
    }

    private void begin(GenerationJob job) {
        if (begun.add(job)) {
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

    /** Closes the queue as {@link #close(Duration)} does, with the deadline of a job as the grace period. */
    @Override
    public void close() {
        close(limits.generation().deadline());
    }

    /**
     * Accepts no more jobs, completes waiting ones within {@code grace}, refuses the rest, and closes the models. Jobs
     * end between two layers of a network; a layer that takes longer than {@value #LAST_LAYER_SECONDS} s is not
     * awaited, and then the thread closes the models when it is done.
     */
    public void close(Duration grace) {
        closing = true;
        waiting.close();
        try {
            if (!thread.join(grace)) {
                refuseRest();
                thread.join(Duration.ofSeconds(LAST_LAYER_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refuse(GenerationJob job) {
        job.images().completeExceptionally(refused());
        job.cancel();
    }

    private void refuseRest() throws InterruptedException {
        for (Optional<GenerationJob> next = waiting.take(); next.isPresent(); next = waiting.take()) {
            refuse(next.get());
        }
        begun.forEach(this::refuse);
    }
}
