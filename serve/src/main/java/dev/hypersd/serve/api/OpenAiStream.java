package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Answers a request to OpenAI's API with server-sent events: previews of the first image while it is generated, and
 * then each image.
 */
final class OpenAiStream {
    private final Context context;
    private final GenerationQueue queue;
    private final OpenAiRequest asked;
    private final String event;

    /** The engine's thread puts previews here, so that it does not wait for the client. */
    private final BlockingQueue<Image> previews = new LinkedBlockingQueue<>();

    private int sent;

    /** @param event how the types of events begin: {@code image_generation} */
    OpenAiStream(Context context, GenerationQueue queue, OpenAiRequest asked, String event) {
        this.context = context;
        this.queue = queue;
        this.asked = asked;
        this.event = event;
    }

    /** Sends the events until the last image is there. What fails before the first event is thrown. */
    void send() {
        HttpGeneration generation = HttpGeneration.submit(context, queue, asked.request(), this::onStep);
        context.contentType("text/event-stream");
        try {
            OutputStream out = context.res().getOutputStream();
            out.flush();
            HttpGeneration.Answer answer = generation.await(() -> sendPreviews(out));
            sendPreviews(out);
            for (GeneratedImage image : answer.images()) {
                write(out, event + ".completed", completed(image, answer.warnings()));
            }
        } catch (IOException e) {
            generation.cancel();
        } catch (CompletionException e) {
            sendError(e);
        }
    }

    /** Keeps previews of as many steps as the client asked for, with about as many steps between them. */
    private void onStep(Step step) {
        int count = asked.partialImages().orElse(0);
        boolean isDue = step.number() < step.total()
                && step.number() * (count + 1) / step.total() > (step.number() - 1) * (count + 1) / step.total();
        if (isDue) {
            previews.add(step.previews().get().getFirst());
        }
    }

    private void sendPreviews(OutputStream out) throws IOException {
        for (Image preview = previews.poll(); preview != null; preview = previews.poll()) {
            Map<String, Object> data = image(preview, asked.format().encoder().encode(preview, Optional.empty()));
            data.put("partial_image_index", sent++);
            write(out, event + ".partial_image", data);
        }
    }

    private Map<String, Object> completed(GeneratedImage image, List<String> warnings) {
        Map<String, Object> data =
                image(image.image(), asked.format().encoder().encode(image.image(), Optional.of(image.parameters())));
        data.put("seed", Seeds.number(image.seed()));
        data.put("warnings", warnings);
        data.put("usage", Map.of("input_tokens", 0, "output_tokens", 0, "total_tokens", 0));
        return data;
    }

    private Map<String, Object> image(Image image, byte[] encoded) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("b64_json", Base64.getEncoder().encodeToString(encoded));
        data.put("created_at", Instant.now().getEpochSecond());
        data.put("background", "opaque");
        data.put("output_format", asked.format().name());
        data.put("quality", "auto");
        data.put("size", image.width() + "x" + image.height());
        return data;
    }

    /** The status of the response has been sent already, so an event says what went wrong. */
    private void sendError(CompletionException thrown) {
        try {
            write(context.res().getOutputStream(), "error", Responses.openAi(ApiError.of(thrown)));
        } catch (IOException e) {
            // The client has left, and has nobody to tell.
        }
    }

    private static void write(OutputStream out, String type, Map<String, Object> data) throws IOException {
        Map<String, Object> typed = new LinkedHashMap<>(data);
        typed.put("type", type);
        out.write("event: %s\ndata: %s\n\n"
                .formatted(type, Json.MAPPER.writeValueAsString(typed))
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
