package dev.hypersd.serve.api;

import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.serve.queue.Client;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Generates images for an HTTP request that waits for them, and stops when its client disconnects. */
final class HttpGeneration {
    private final Context request;
    private final Sender sender;
    private final GenerationQueue queue;
    private final GenerationJob job;
    private final ClientRequest asked;

    private HttpGeneration(Context request, GenerationQueue queue, GenerationJob job, ClientRequest asked) {
        this.request = request;
        this.sender = Sender.of(request);
        this.queue = queue;
        this.job = job;
        this.asked = asked;
    }

    /**
     * The images of a request, and its warnings.
     *
     * @param images the generated images
     * @param warnings sentences about the request
     */
    record Answer(List<GeneratedImage> images, List<String> warnings) {}

    /**
     * Generates the images of {@code asked}. Warnings are added to the response as a header. The body of the request
     * must have been read before.
     */
    static Answer generate(Context request, GenerationQueue queue, ClientRequest asked) {
        try {
            return submit(request, queue, asked, step -> {}).await(() -> {});
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** Begins what {@link #generate} does. */
    static HttpGeneration submit(Context request, GenerationQueue queue, ClientRequest asked, Consumer<Step> listener) {
        GenerationJob job = queue.submit(Client.of(request.ip()), asked.options(), asked.quality(), listener);
        HttpGeneration generation = new HttpGeneration(request, queue, job, asked);
        var _ = generation.warn();
        return generation;
    }

    /** Adds the warnings so far to the response, unless its headers were sent already, and returns them. */
    private List<String> warn() {
        List<String> warnings = asked.warningsAnd(job.warnings());
        Responses.warn(request, warnings);
        return warnings;
    }

    /**
     * Waits for the images.
     *
     * @throws CompletionException if they cannot be generated
     * @throws IOException what {@code meanwhile} throws
     */
    Answer await(Waiting.Meanwhile meanwhile) throws IOException {
        return new Answer(Waiting.images(queue, job, sender.hasLeft(), meanwhile), warn());
    }

    /** Stops generating. */
    void cancel() {
        queue.cancel(job);
    }
}
