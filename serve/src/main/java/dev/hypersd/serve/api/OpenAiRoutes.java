package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.Option;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /v1/models} and {@code /v1/images}: the part of OpenAI's API that is about images. */
public final class OpenAiRoutes {
    /** OpenAI's models for images, which some clients name whatever the server says that it has. */
    private static final Set<String> ALIASES =
            Set.of("dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "chatgpt-image-latest");

    private static final String FILES = "/v1/images/files/";

    private final GenerationQueue queue;
    private final Set<String> aliases;
    private final PictureStore pictures = new PictureStore(System::nanoTime);
    private final long started = Instant.now().getEpochSecond();

    /**
     * Makes routes that generate in {@code queue}.
     *
     * @param hasAliases whether names of OpenAI's models mean the present model
     */
    public OpenAiRoutes(GenerationQueue queue, boolean hasAliases) {
        this.queue = queue;
        this.aliases = hasAliases ? ALIASES : Set.of();
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.get("/v1/models", this::models);
        routes.get("/v1/models/{model}", this::model);
        routes.post("/v1/images/generations", this::generations);
        routes.post("/v1/images/edits", this::edits);
        routes.post("/v1/images/variations", this::variations);
        routes.get(FILES + "{name}", this::file);
    }

    private void models(Context context) {
        List<Map<String, Object>> models =
                queue.registry().modelNames().stream().map(this::describe).toList();
        Responses.json(context, Map.of("object", "list", "data", models));
    }

    private void model(Context context) {
        String name = context.pathParam("model");
        if (!isAlias(name)) {
            var _ = queue.registry().model(name);
        }
        Responses.json(context, describe(name));
    }

    private Map<String, Object> describe(String name) {
        return Map.of("id", name, "object", "model", "created", started, "owned_by", "hypersd");
    }

    /** A model of the server goes before an alias of the same name. */
    private boolean isAlias(String name) {
        return aliases.contains(name) && !queue.registry().hasModel(name);
    }

    private void generations(Context context) {
        answer(
                context,
                "image_generation",
                OpenAiRequest.generation(RequestBody.json(context), RequestMemory.of(context)));
    }

    private void edits(Context context) {
        answer(context, "image_edit", OpenAiRequest.edit(MultipartForm.of(context), RequestMemory.of(context)));
    }

    private void variations(Context context) {
        answer(
                context,
                "image_variation",
                OpenAiRequest.variation(MultipartForm.of(context), RequestMemory.of(context)));
    }

    /** @param event how the types of events begin where the client wants a stream of events */
    private void answer(Context context, String event, OpenAiRequest said) {
        OpenAiRequest asked =
                said.request().options().get(Option.MODEL).filter(this::isAlias).isPresent()
                        ? said.forPresentModel()
                        : said;
        if (asked.partialImages().isPresent()) {
            new OpenAiStream(context, queue, asked, event).send();
            return;
        }
        HttpGeneration.Answer answer = HttpGeneration.generate(context, queue, asked.request());
        Image first = answer.images().getFirst().image();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("created", Instant.now().getEpochSecond());
        body.put(
                "data",
                answer.images().stream()
                        .map(image -> entry(context, image, asked))
                        .toList());
        body.put("background", "opaque");
        body.put("output_format", asked.format().name());
        body.put("size", first.width() + "x" + first.height());
        body.put("warnings", answer.warnings());
        Responses.json(context, body);
    }

    private Map<String, Object> entry(Context context, GeneratedImage image, OpenAiRequest asked) {
        byte[] encoded = asked.format().encoder().encode(image.image(), Optional.of(image.parameters()));
        Map<String, Object> entry = new LinkedHashMap<>();
        if (asked.wantsAddresses()) {
            entry.put(
                    "url",
                    address(context, pictures.keep(encoded, asked.format().mediaType())));
        } else {
            entry.put("b64_json", Base64.getEncoder().encodeToString(encoded));
        }
        entry.put("seed", Seeds.number(image.seed()));
        return entry;
    }

    /** Returns the address of a picture by the name under which the client reached the server. */
    private static String address(Context context, String name) {
        return "%s://%s%s%s%s".formatted(context.scheme(), context.host(), context.contextPath(), FILES, name);
    }

    private void file(Context context) {
        PictureStore.Picture picture = pictures.find(context.pathParam("name"))
                .orElseThrow(() -> new ApiException(
                        ErrorCode.NOT_FOUND,
                        "there is no picture at this address; pictures are kept for %d minutes"
                                .formatted(PictureStore.KEPT.toMinutes())));
        context.contentType(picture.mediaType()).result(picture.content());
    }
}
