package dev.hypersd.serve.api;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /v1/models} and {@code /v1/images}: the part of OpenAI's API that is about images. Images are returned as
 * {@code b64_json}, never as a URL.
 */
public final class OpenAiRoutes {
    private final GenerationQueue queue;
    private final long started = Instant.now().getEpochSecond();

    /** Routes that generate in {@code queue}. */
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
        GenerationOptions.Builder options =
                GenerationFields.options(body, RequestMemory.of(context)).count(body.integer("n", 1));
        refuse(body.flag("stream", false), "stream: images come in one piece; live sessions at /v1/live show previews");
        generate(
                context,
                options.build(),
                format(body.string("output_format", "png"), body.string("response_format", "b64_json")));
    }

    private void edits(Context context) {
        EditForm form = EditForm.of(context);
        generate(
                context,
                form.options(),
                format(
                        form.text("output_format").orElse("png"),
                        form.text("response_format").orElse("b64_json")));
    }

    private static ImageFormat format(String output, String response) {
        refuse(response.equals("url"), "response_format: images are not kept at a URL; ask for b64_json");
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

    private void generate(Context context, GenerationOptions options, ImageFormat format) {
        List<Map<String, Object>> data = HttpGeneration.generate(context, queue, options).stream()
                .map(image -> entry(image, format))
                .toList();
        Responses.json(context, Map.of("created", Instant.now().getEpochSecond(), "data", data));
    }

    private static Map<String, Object> entry(GeneratedImage image, ImageFormat format) {
        byte[] encoded = format.encode(image.image(), Optional.of(image.parameters()));
        return Map.of("b64_json", Base64.getEncoder().encodeToString(encoded), "seed", Seeds.number(image.seed()));
    }
}
