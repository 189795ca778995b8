package dev.hypersd.serve.api;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.image.Jpeg;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
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
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * A job that a client asks about by its id.
 *
 * @param id cannot be guessed
 * @param client who may ask about it
 * @param job the job
 * @param format how its images are encoded
 * @param warnings what speaks against the request, in full sentences
 * @param node the node that shows the images, if the request was a graph of ComfyUI
 */
record SubmittedJob(
        String id, String client, GenerationJob job, ImageFormat format, List<String> warnings, Optional<String> node) {
    private static final int PREVIEW_QUALITY = 80;

    /**
     * Describes the job for its client.
     *
     * @param withPreview whether to say what the network believed the first image to be when somebody asked last
     */
    Map<String, Object> describe(GenerationQueue queue, boolean withPreview) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("id", id);
        described.put("warnings", warnings);
        if (!job.images().isDone()) {
            describeUnfinished(described, queue, withPreview);
            return described;
        }
        try {
            List<GeneratedImage> images = job.images().join();
            described.put("state", "done");
            described.put("data", images.stream().map(this::entry).toList());
        } catch (CompletionException | CancellationException e) {
            ApiError error = ApiError.of(e);
            described.put("state", error.code().equals(ErrorCode.CANCELLED.code()) ? "cancelled" : "failed");
            described.putAll(Responses.openAi(error));
        }
        return described;
    }

    private void describeUnfinished(Map<String, Object> described, GenerationQueue queue, boolean withPreview) {
        queue.before(job).ifPresent(before -> described.put("before", before));
        described.put("state", described.containsKey("before") ? "waiting" : "drawing");
        Optional<Step> step = job.step();
        step.ifPresent(done -> {
            described.put("step", done.number());
            described.put("steps", done.total());
        });
        if (withPreview) {
            described.put(
                    "preview",
                    job.preview()
                            .map(image -> base64(new Jpeg(PREVIEW_QUALITY).encode(image, Optional.empty())))
                            .orElse(null));
        }
    }

    private Map<String, Object> entry(GeneratedImage image) {
        byte[] encoded = format.encode(image.image(), Optional.of(image.parameters()));
        return Map.of("b64_json", base64(encoded), "seed", Seeds.number(image.seed()));
    }

    /** Returns about how many bytes the images take up. */
    long bytes() {
        if (!job.images().isDone() || job.images().isCompletedExceptionally()) {
            return 0;
        }
        return job.images().join().stream()
                .mapToLong(image -> 3L * image.image().width() * image.image().height())
                .sum();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
