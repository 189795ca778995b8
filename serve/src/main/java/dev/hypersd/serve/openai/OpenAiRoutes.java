package dev.hypersd.serve.openai;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.serve.answer.Answers;
import dev.hypersd.serve.answer.Waiting;
import dev.hypersd.serve.intake.Body;
import dev.hypersd.serve.intake.Fields;
import dev.hypersd.serve.intake.Intake;
import dev.hypersd.serve.refusal.Refusal;
import dev.hypersd.serve.refusal.RefusedException;
import dev.hypersd.serve.studio.Commission;
import dev.hypersd.serve.studio.Studio;
import dev.hypersd.serve.studio.Watcher;
import dev.hypersd.serve.studio.Wish;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/models} and {@code /v1/images}, for clients of OpenAI. Pictures come as {@code b64_json}; there are no addresses of pictures. */
public final class OpenAiRoutes {
    private final Studio studio;
    private final long started = Instant.now().getEpochSecond();

    public OpenAiRoutes(Studio studio) {
        this.studio = studio;
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
                studio.catalogue().modelNames().stream().map(this::describe).toList();
        Answers.json(context, Map.of("object", "list", "data", models));
    }

    private void model(Context context) {
        String name = context.pathParam("model");
        var _ = studio.catalogue().model(name);
        Answers.json(context, describe(name));
    }

    private Map<String, Object> describe(String name) {
        return Map.of("id", name, "object", "model", "created", started, "owned_by", "hypersd");
    }

    private void generations(Context context) {
        JsonObject body = Body.json(context);
        Wish.Builder wish = Fields.wish(body, Intake.of(context)).count(body.integer("n", 1));
        Fields.size(body.string("size", "auto")).ifPresent(size -> wish.size(size.width(), size.height()));
        refuse(
                body.flag("stream", false),
                "stream: pictures come in one piece; live sessions at /v1/live show previews");
        draw(
                context,
                wish.build(),
                format(body.string("output_format", "png"), body.string("response_format", "b64_json")));
    }

    private void edits(Context context) {
        Form form = Form.of(context);
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
            default -> throw new RefusedException(Refusal.MALFORMED, "output_format must be png or jpeg");
        };
    }

    private static void refuse(boolean asked, String sentence) {
        if (asked) {
            throw new RefusedException(Refusal.MALFORMED, sentence);
        }
    }

    private void draw(Context context, Wish wish, ImageFormat format) {
        Commission commission = studio.submit(context.ip(), wish, Watcher.NONE);
        List<Map<String, Object>> data = Waiting.pictures(context, studio, commission).stream()
                .map(picture -> entry(picture, format))
                .toList();
        Answers.json(context, Map.of("created", Instant.now().getEpochSecond(), "data", data));
    }

    private static Map<String, Object> entry(GeneratedImage picture, ImageFormat format) {
        byte[] encoded = format.encode(picture.image(), Optional.of(picture.parameters()));
        return Map.of("b64_json", Base64.getEncoder().encodeToString(encoded), "seed", picture.seed());
    }
}
