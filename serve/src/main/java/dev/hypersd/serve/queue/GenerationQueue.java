package dev.hypersd.serve.queue;

import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.error.StackTraces;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Accepts jobs, whose images are generated one job or batch after another on one platform thread, since the engine
 * distributes each operation over the cores ({@link Generator}). Clients take turns ({@link FairQueue}), small jobs
 * that differ only in prompts, seeds and counts are generated in one batch ({@link Batch}), and a job of many images
 * gets several turns. Safe to share.
 */
public final class GenerationQueue implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GenerationQueue.class.getPackageName());

    /** The time for which the present layer of a network is awaited after the grace period. */
    private static final int LAST_LAYER_SECONDS = 3;

    private static final GenerationOptions EXACT_STEPS =
            GenerationOptions.builder().set(Option.EXACT_STEPS, true).build();

    private final ModelRegistry registry;
    private final Limits limits;
    private final Metrics metrics;
    private final Duration warmUp;
    private final FairQueue<GenerationJob> waiting;
    private final Generator generator;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread thread;

    private volatile String model;
    private volatile boolean closing;

    /** Creates a queue whose jobs wait until its thread is started. */
    GenerationQueue(
            ModelRegistry registry, Limits limits, Metrics metrics, Duration warmUp, LoadedModels.Loader loader) {
        this.registry = registry;
        this.limits = limits;
        this.metrics = metrics;
        this.warmUp = warmUp;
        this.model = registry.defaultName();
        this.waiting =
                new FairQueue<>(limits.clients().maxWaiting(), limits.clients().maxWaitingPerClient());
        this.generator = new Generator(waiting, limits.generation(), metrics, loader);
        this.thread = Thread.ofPlatform().name("hypersd-generation").daemon().unstarted(this::work);
    }

    /**
     * Opens a queue that loads the default model in the background and warms it up. Jobs wait meanwhile.
     *
     * @param warmUp how long the model is run before the queue is ready; it is run once at least
     */
    public static GenerationQueue open(ModelRegistry registry, Limits limits, Metrics metrics, Duration warmUp) {
        return new GenerationQueue(registry, limits, metrics, warmUp, DiffusionPipeline::load).start();
    }

    /** Starts the thread. */
    GenerationQueue start() {
        thread.start();
        return this;
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
        return generator.current().stream().findFirst().flatMap(GenerationJob::progress);
    }

    /** Returns how many turns will come before that of {@code job}; empty if it does not wait. */
    public OptionalInt before(GenerationJob job) {
        return waiting.before(job);
    }

    /** Returns a job of {@code client} that is begun and not done, if it has one. */
    public Optional<GenerationJob> running(Client client) {
        return generator.begun().stream()
                .filter(job -> job.client().equals(client))
                .findFirst();
    }

    /** Cancels the jobs of {@code client} that are begun and not done. */
    public void interrupt(Client client) {
        generator.begun().stream().filter(job -> job.client().equals(client)).forEach(this::cancel);
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
        return offer(resolve(client, options, quality, listener));
    }

    /**
     * Submits a job as {@link #submit} does, in place of {@code other}, which is cancelled. If that one still waits,
     * the new one has its place in the queue. So a client that never stops changing its wish gets its turn.
     */
    public GenerationJob replace(
            GenerationJob other, GenerationOptions options, Quality quality, Consumer<Step> listener) {
        GenerationJob job = resolve(other.client(), options, quality, listener);
        if (waiting.replace(other, job)) {
            other.cancel();
            other.abandon();
            return job;
        }
        cancel(other);
        return offer(job);
    }

    private GenerationJob offer(GenerationJob job) {
        if (!waiting.offer(job.client(), job)) {
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

    /**
     * Cancels {@code job}: immediately if it waits, after the present layer of a network if it runs, and after the
     * present tensor while its model is loaded.
     */
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
        return submit(client, warm, Quality.FINAL, step -> {}).images().thenAccept(images -> model = name);
    }

    private ApiException refused() {
        if (closing) {
            return new ApiException(
                    ErrorCode.SHUTTING_DOWN, "the server is shutting down", Optional.of(Duration.ofSeconds(10)));
        }
        long seconds = Math.clamp((long) Math.ceil(generator.secondsPerJob() * waiting.size()), 1, 600);
        return new ApiException(
                ErrorCode.QUEUE_FULL,
                "the queue is full: try again in %d s".formatted(seconds),
                Optional.of(Duration.ofSeconds(seconds)));
    }

    private void work() {
        try (Generator made = generator) {
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
        next.ifPresent(generator::run);
        return next.isPresent();
    }

    /**
     * Loads the default model and runs it, so that kernels are chosen and code is compiled before the first request.
     */
    private void warmUp() {
        try {
            generator.warmUp(warmUp(Quality.FAST), warmUp, this::isOver);
            ready.complete(null);
        } catch (GenerationCancelledException e) {
            ready.completeExceptionally(refused());
        } catch (RuntimeException | Error e) {
            ready.completeExceptionally(e);
        }
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
            generator.warmUp(warmUp(Quality.FINAL), Duration.ZERO, this::isOver);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "no pictures that stay: " + StackTraces.withoutMessages(e));
        }
    }

    /** Returns whether the queue is closed and nobody waits, so that no model is needed any more. */
    private boolean isOver() {
        return closing && waiting.size() == 0;
    }

    /** Closes the queue as {@link #close(Duration)} does, with the deadline of a job as the grace period. */
    @Override
    public void close() {
        close(limits.generation().deadline());
    }

    /**
     * Accepts no more jobs, completes waiting ones within {@code grace}, refuses the rest, and closes the models. Jobs
     * end between two layers of a network, or between two tensors of a model that is loaded. A layer that takes longer
     * than {@value #LAST_LAYER_SECONDS} s is not awaited, and then the thread closes the models when it is done.
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
        generator.begun().forEach(this::refuse);
    }
}
