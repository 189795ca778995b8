package dev.hypersd.serve.queue;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.registry.Quality;
import dev.hypersd.serve.registry.ServedModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A request of a client in the queue: it waits, and then its images are generated, all at once or a few in each of
 * several turns. Safe to share, except where it says that only the queue's thread may call.
 */
public final class GenerationJob {
    private final Client client;
    private final ServedModel model;
    private final Quality quality;
    private final ResolvedOptions options;
    private final Consumer<Step> listener;
    private final long submitted = System.nanoTime();
    private final Duration deadline;
    private final CompletableFuture<List<GeneratedImage>> images = new CompletableFuture<>();

    /** The images that are there already, and the turns in which they were generated; for the queue's thread. */
    private final List<GeneratedImage> drawn = new ArrayList<>();

    private int turns;
    private Duration spent = Duration.ZERO;

    /** The warnings that were found while the images were generated. */
    private final List<String> found = new CopyOnWriteArrayList<>();

    /** When its first turn began, in nanoseconds. */
    private volatile Optional<Long> began = Optional.empty();

    private volatile boolean shared;
    private volatile boolean cancelled;
    private volatile boolean wantsPreview;
    private volatile Optional<Image> preview = Optional.empty();
    private volatile Optional<Progress> progress = Optional.empty();

    /**
     * The progress of a job.
     *
     * @param step the number of completed denoising steps, in all turns
     * @param steps the number of all denoising steps
     * @param elapsed the time that the steps took
     */
    public record Progress(int step, int steps, Duration elapsed) {}

    GenerationJob(
            Client client,
            ServedModel model,
            Quality quality,
            ResolvedOptions options,
            Consumer<Step> listener,
            Duration deadline) {
        this.client = client;
        this.model = model;
        this.quality = quality;
        this.options = options;
        this.listener = listener;
        this.deadline = deadline;
    }

    /**
     * Returns the future images. It fails with the error of the generation, or with an {@link ApiException} if the job
     * was cancelled, missed its deadline, or was refused because the server shuts down.
     */
    public CompletableFuture<List<GeneratedImage>> images() {
        return images;
    }

    /**
     * Returns the warnings about the request; some are found only while its images are generated, which they are
     * nevertheless.
     */
    public List<String> warnings() {
        return Stream.concat(options.warnings().stream(), found.stream())
                .distinct()
                .toList();
    }

    /** Adds a warning that was found while the images were generated. */
    void warn(String sentence) {
        found.add(sentence);
    }

    /**
     * Returns whether the images are drawn with the care of those that stay, also where that was not asked for because
     * the model has one way of drawing alone.
     */
    public boolean isFinal() {
        return isAlone() || !(model.hasFast() || shared);
    }

    /**
     * Returns whether its images are generated one by one. Those that stay are, because sums over batches of other
     * sizes are rounded in other ways.
     */
    boolean isAlone() {
        return quality == Quality.FINAL;
    }

    /** Notes that an image is generated together with others. */
    void share() {
        shared = true;
    }

    /** Makes the pictures that the ControlNets of the request see, in its order and in the size of its images. */
    public List<Image> controlPictures() {
        return request().controls().stream()
                .map(control -> request()
                        .pictureSize()
                        .map(size -> control.picture().resize(size.width(), size.height(), Resampling.LANCZOS))
                        .orElse(control.picture()))
                .toList();
    }

    /** Returns the source of the model that generates the images. */
    ModelSource model() {
        return model.source(quality);
    }

    /** Returns how many threads an operation uses for its images; empty for as many as usual. */
    OptionalInt threads() {
        return model.threads(quality);
    }

    /** Returns the request. */
    ImageRequest request() {
        return options.request();
    }

    /** Returns how many images are not there yet. Only for the queue's thread. */
    int remaining() {
        return request().count() - drawn.size();
    }

    /** Returns the next images to generate, {@code most} of them at most. Only for the queue's thread. */
    Batch.Part next(int most) {
        return new Batch.Part(this, request().part(drawn.size(), Math.min(most, remaining())));
    }

    /** Adds the images of a turn; the last ones complete the job. Only for the queue's thread. */
    void add(List<GeneratedImage> generated) {
        drawn.addAll(generated);
        turns++;
        spent = progress.map(Progress::elapsed).orElse(spent);
        if (remaining() == 0) {
            images.complete(List.copyOf(drawn));
        }
    }

    /** Returns whether the images of both jobs can be generated in one batch. */
    boolean joins(GenerationJob other) {
        return !isAlone()
                && !other.isAlone()
                && model.equals(other.model)
                && request().joins(other.request());
    }

    /** Returns how far the job is; empty before its first step is done. */
    public Optional<Progress> progress() {
        return progress;
    }

    /**
     * Returns what the network believed its first image to be when somebody asked last. Asking makes the next step
     * decode another one, which costs time; nothing is decoded for nobody.
     */
    public Optional<Image> preview() {
        wantsPreview = true;
        return preview;
    }

    Client client() {
        return client;
    }

    /** Notes that its first turn begins. */
    void begin() {
        began = Optional.of(System.nanoTime());
    }

    /** Returns the time since its first turn began; empty while it waits for that. */
    public Optional<Duration> drawing() {
        return began.map(nanos -> Duration.ofNanos(System.nanoTime() - nanos));
    }

    /** Marks the job as cancelled. The thread that runs or removes it then calls {@link #abandon}. */
    void cancel() {
        cancelled = true;
    }

    /** Returns whether the job was cancelled or has missed its deadline. */
    boolean isAbandoned() {
        return cancelled || age().compareTo(deadline) > 0;
    }

    /** Returns the time since the job was submitted. */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - submitted);
    }

    /**
     * Passes a step to the listener, counted through all turns, unless the job is over. Only for the queue's thread.
     *
     * @param inTurn the number of images of this turn
     * @param done the step, counted in this turn
     */
    void onStep(int inTurn, Step done) {
        if (images.isDone()) {
            return;
        }
        Step ofAll = new Step(
                turns * done.total() + done.number(),
                (turns + Math.ceilDiv(remaining(), inTurn)) * done.total(),
                spent.plus(done.elapsed()),
                done.previews());
        progress = Optional.of(new Progress(ofAll.number(), ofAll.total(), ofAll.elapsed()));
        if (wantsPreview && done.number() < done.total()) {
            wantsPreview = false;
            preview = Optional.of(done.previews().get().getFirst());
        }
        listener.accept(ofAll);
    }

    /** Fails the job because it was cancelled or missed its deadline. */
    void abandon() {
        images.completeExceptionally(
                cancelled
                        ? new ApiException(ErrorCode.CANCELLED, "the request was cancelled")
                        : new ApiException(
                                ErrorCode.DEADLINE_EXCEEDED,
                                ("the request was not done within %d s, including waiting: choose fewer steps or a "
                                                + "smaller picture,"
                                                + " or try again later")
                                        .formatted(Math.max(1, deadline.toSeconds()))));
    }
}
