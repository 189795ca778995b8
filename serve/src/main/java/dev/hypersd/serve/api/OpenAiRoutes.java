package dev.hypersd.serve.api;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Watcher;
import dev.hypersd.serve.queue.Wish;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/models} and {@code /v1/images}, for clients of OpenAI. Pictures come as {@code b64_json}; there are no addresses of pictures. */
public final class OpenAiRoutes {
    private final GenerationQueue queue;
    private final long started = Instant.now().getEpochSecond();

    public OpenAiRoutes(GenerationQueue queue) {
        this.queue = queue;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.get("/v1/models", this::models);
        routes.get("/v1/models/{model}", this::model);
        routes.post("/v1/images/generations", this::generations);
        routes.post("/v1/images/edits", this::edits);
    }

    private void models(Context context) {
        List<Map<String, Object>> models =
                queue.registry().modelNames().stream().map(this::describe).toList();
        Responses.json(context, Map.of("object", "list", "data", models));
    }

    private void model(Context context) {
        String name = context.pathParam("model");
        var _ = queue.registry().model(name);
        Responses.json(context, describe(name));
    }

    private Map<String, Object> describe(String name) {
        return Map.of("id", name, "object", "model", "created", started, "owned_by", "hypersd");
    }

    private void generations(Context context) {
        JsonObject body = RequestBody.json(context);
        Wish.Builder wish = GenerationFields.wish(body, Intake.of(context)).count(body.integer("n", 1));
        GenerationFields.size(body.string("size", "auto")).ifPresent(size -> wish.size(size.width(), size.height()));
        refuse(
                body.flag("stream", false),
                "stream: pictures come in one piece; live sessions at /v1/live show previews");
        draw(
                context,
                wish.build(),
                format(body.string("output_format", "png"), body.string("response_format", "b64_json")));
    }

    private void edits(Context context) {
        EditForm form = EditForm.of(context);
        draw(
                context,
                form.wish(),
                format(
                        form.text("output_format").orElse("png"),
                        form.text("response_format").orElse("b64_json")));
    }

    private static ImageFormat format(String output, String response) {
        refuse(response.equals("url"), "response_format: pictures are not kept at an address; ask for b64_json");
        return switch (output) {
            case "png" -> new Png();
            case "jpeg" -> new Jpeg(Jpeg.USUAL_QUALITY);
            default -> throw new ApiException(ErrorCode.MALFORMED, "output_format must be png or jpeg");
        };
    }

    private static void refuse(boolean asked, String sentence) {
        if (asked) {
            throw new ApiException(ErrorCode.MALFORMED, sentence);
        }
    }

    private void draw(Context context, Wish wish, ImageFormat format) {
        GenerationJob job = queue.submit(context.ip(), wish, Watcher.NONE);
        List<Map<String, Object>> data = HttpGeneration.pictures(context, queue, job).stream()
                .map(picture -> entry(picture, format))
                .toList();
        Responses.json(context, Map.of("created", Instant.now().getEpochSecond(), "data", data));
    }

    private static Map<String, Object> entry(GeneratedImage picture, ImageFormat format) {
        byte[] encoded = format.encode(picture.image(), Optional.of(picture.parameters()));
        return Map.of("b64_json", Base64.getEncoder().encodeToString(encoded), "seed", picture.seed());
    }
}
