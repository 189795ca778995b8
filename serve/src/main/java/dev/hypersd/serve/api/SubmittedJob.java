package dev.hypersd.serve.api;

import dev.hypersd.image.Jpeg;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A job that a client asks about by its id. When it is done, only its images are kept. Safe to share. */
final class SubmittedJob {
    private static final int PREVIEW_QUALITY = 80;

    private final String id;
    private final String client;
    private final Encoder encoder;
    private final Optional<ComfyWorkflow.Output> node;
    private final CompletableFuture<List<GeneratedImage>> images;

    private volatile List<String> warnings;

    /** Encodes images. */
    interface Encoder {
        byte[] encode(GeneratedImage image);

        /** Returns about how many bytes it holds itself. */
        default long bytes() {
            return 0;
        }
    }

    /** The job until it is done: it holds all that the client sent, pictures too. */
    private volatile Optional<GenerationJob> job;

    /**
     * Creates it.
     *
     * @param id cannot be guessed
     * @param client the address of who may ask about it
     * @param encoder encodes its images
     * @param warnings what speaks against the request, in full sentences, in addition to the warnings of the job
     * @param node the node that shows the images, if the request was a graph of ComfyUI
     */
    SubmittedJob(
            String id,
            String client,
            GenerationJob job,
            Encoder encoder,
            List<String> warnings,
            Optional<ComfyWorkflow.Output> node) {
        this.id = id;
        this.client = client;
        this.encoder = encoder;
        this.warnings = both(warnings, job);
        this.node = node;
        this.job = Optional.of(job);
        this.images = job.images().whenComplete((_, _) -> {
            this.warnings = both(warnings, job);
            this.job = Optional.empty();
        });
    }

    private static List<String> both(List<String> warnings, GenerationJob job) {
        return Stream.concat(warnings.stream(), job.warnings().stream()).toList();
    }

    String id() {
        return id;
    }

    /** Returns the address of who may ask about it. */
    String client() {
        return client;
    }

    List<String> warnings() {
        return warnings;
    }

    Optional<ComfyWorkflow.Output> node() {
        return node;
    }

    /** Encodes one of its images. */
    byte[] encode(GeneratedImage image) {
        return encoder.encode(image);
    }

    /** Returns the future images. Once they are there, {@link #describeState} says so too. */
    CompletableFuture<List<GeneratedImage>> images() {
        return images;
    }

    /** Returns why it has no images; empty if it has some or is not done. */
    Optional<ApiError> failure() {
        return images.isCompletedExceptionally() ? Optional.of(ApiError.of(images.exceptionNow())) : Optional.empty();
    }

    /** Returns whether it waits for its first or next turn. */
    boolean isWaiting(GenerationQueue queue) {
        return before(queue).isPresent();
    }

    /** Cancels it, if it is not done. */
    void cancel(GenerationQueue queue) {
        job.ifPresent(queue::cancel);
    }

    private OptionalInt before(GenerationQueue queue) {
        return job.map(queue::before).orElse(OptionalInt.empty());
    }

    /**
     * Describes the job for its client, with its images if it is done.
     *
     * @param withPreview whether to say what the network believed the first image to be when somebody asked last
     */
    Map<String, Object> describe(GenerationQueue queue, boolean withPreview) {
        Map<String, Object> described = describeState(queue, withPreview);
        if (images.isDone() && !images.isCompletedExceptionally()) {
            described.put("data", images.join().stream().map(this::entry).toList());
        }
        return described;
    }

    /** Describes the job as {@link #describe} does, without its images, whose encoding takes time. */
    Map<String, Object> describeState(GenerationQueue queue, boolean withPreview) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("id", id);
        described.put("warnings", warnings);
        Optional<GenerationJob> unfinished = job;
        if (unfinished.isPresent()) {
            describeUnfinished(described, unfinished.get(), queue, withPreview);
            return described;
        }
        described.put("state", "done");
        failure().ifPresent(error -> {
            described.put("state", error.code().equals(ErrorCode.CANCELLED.code()) ? "cancelled" : "failed");
            described.putAll(Responses.openAi(error));
        });
        return described;
    }

    private static void describeUnfinished(
            Map<String, Object> described, GenerationJob unfinished, GenerationQueue queue, boolean withPreview) {
        queue.before(unfinished).ifPresent(before -> described.put("before", before));
        described.put("state", described.containsKey("before") ? "waiting" : "drawing");
        unfinished.progress().ifPresent(progress -> {
            described.put("step", progress.step());
            described.put("steps", progress.steps());
        });
        if (withPreview) {
            described.put(
                    "preview",
                    unfinished
                            .preview()
                            .map(image -> base64(new Jpeg(PREVIEW_QUALITY).encode(image, Optional.empty())))
                            .orElse(null));
        }
    }

    private Map<String, Object> entry(GeneratedImage image) {
        return Map.of("b64_json", base64(encoder.encode(image)), "seed", Seeds.number(image.seed()));
    }

    /** Returns about how many bytes the images take up. */
    long bytes() {
        if (!images.isDone() || images.isCompletedExceptionally()) {
            return 0;
        }
        return encoder.bytes()
                + images.join().stream()
                        .mapToLong(image ->
                                3L * image.image().width() * image.image().height())
                        .sum();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
