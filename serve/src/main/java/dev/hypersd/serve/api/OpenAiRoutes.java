package dev.hypersd.serve.api;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The routes {@code /v1/models} and {@code /v1/images}: the part of OpenAI's API for images. Images are returned as
 * {@code b64_json}, never as a URL.
 */
public final class OpenAiRoutes {
    private final GenerationQueue queue;
    private final long started = Instant.now().getEpochSecond();

    /** Creates routes that generate images in {@code queue}. */
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
        generate(context, OpenAiRequest.generation(RequestBody.json(context), RequestMemory.of(context)));
    }

    private void edits(Context context) {
        generate(context, OpenAiRequest.edit(MultipartForm.of(context), RequestMemory.of(context)));
    }

    private void generate(Context context, OpenAiRequest asked) {
        HttpGeneration.Answer answer = HttpGeneration.generate(context, queue, asked.request());
        List<Map<String, Object>> data = answer.images().stream()
                .map(image -> entry(image, asked.format()))
                .toList();
        Responses.json(
                context,
                Map.of("created", Instant.now().getEpochSecond(), "data", data, "warnings", answer.warnings()));
    }

    private static Map<String, Object> entry(GeneratedImage image, ImageFormat format) {
        byte[] encoded = format.encode(image.image(), Optional.of(image.parameters()));
        return Map.of("b64_json", Base64.getEncoder().encodeToString(encoded), "seed", Seeds.number(image.seed()));
    }
}
