package dev.hypersd.serve.api;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.ReadInfotext;
import dev.hypersd.request.Seeds;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The routes {@code /sdapi/v1}: the part of the API of AUTOMATIC1111's web interface that front ends use. Files are
 * named without their folders.
 */
public final class Automatic1111Routes {
    private static final String ROOT = "/sdapi/v1/";
    private static final String CHECKPOINT = "sd_model_checkpoint";

    private final GenerationQueue queue;

    /** Creates routes that generate images in {@code queue}. */
    public Automatic1111Routes(GenerationQueue queue) {
        this.queue = queue;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.post(ROOT + "txt2img", context -> generate(context, Automatic1111Fields::textToImage));
        routes.post(ROOT + "img2img", context -> generate(context, Automatic1111Fields::imageToImage));
        routes.get(ROOT + "progress", this::progress);
        routes.post(ROOT + "interrupt", context -> {
            queue.interrupt(context.ip());
            Responses.json(context, Map.of());
        });
        routes.get(ROOT + "options", context -> Responses.json(context, Map.of(CHECKPOINT, queue.model())));
        routes.post(ROOT + "options", this::change);
        routes.get(ROOT + "sd-models", this::models);
        routes.get(ROOT + "samplers", this::samplers);
        routes.get(ROOT + "loras", this::loras);
        routes.post(ROOT + "png-info", this::pngInfo);
    }

    private void generate(Context context, BiFunction<JsonObject, RequestMemory.Reservation, ClientRequest> fields) {
        JsonObject body = RequestBody.json(context).lenient();
        ClientRequest asked = fields.apply(body, RequestMemory.of(context));
        HttpGeneration.Answer drawn = HttpGeneration.generate(context, queue, asked);
        List<GeneratedImage> images = drawn.images();
        GenerationOptions options = asked.options();
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("prompt", options.get(Option.PROMPT).orElse(""));
        info.put("negative_prompt", options.get(Option.NEGATIVE_PROMPT).orElse(""));
        info.put("seed", Seeds.number(images.getFirst().seed()));
        info.put(
                "all_seeds",
                images.stream().map(image -> Seeds.number(image.seed())).toList());
        info.put("infotexts", images.stream().map(p -> p.parameters().toText()).toList());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("images", images.stream().map(Automatic1111Routes::encoded).toList());
        answer.put("parameters", Map.of("prompt", options.get(Option.PROMPT).orElse("")));
        answer.put("info", Json.MAPPER.writeValueAsString(info));
        answer.put("warnings", drawn.warnings());
        Responses.json(context, answer);
    }

    private static String encoded(GeneratedImage image) {
        return Base64.getEncoder().encodeToString(new Png().encode(image.image(), Optional.of(image.parameters())));
    }

    private void progress(Context context) {
        Optional<GenerationQueue.Progress> now = queue.progress();
        int step = now.map(GenerationQueue.Progress::step).orElse(0);
        int steps = now.map(GenerationQueue.Progress::steps).orElse(0);
        double remaining = now.map(p -> p.elapsed().toMillis() / 1000.0 / p.step() * (p.steps() - p.step()))
                .orElse(0.0);
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("skipped", false);
        state.put("interrupted", false);
        state.put("job", now.isPresent() ? "drawing" : "");
        state.put("job_count", queue.waiting() + (now.isPresent() ? 1 : 0));
        state.put("job_no", 0);
        state.put("sampling_step", step);
        state.put("sampling_steps", steps);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("progress", steps == 0 ? 0 : (double) step / steps);
        answer.put("eta_relative", remaining);
        answer.put("state", state);
        answer.put("current_image", null);
        answer.put("textinfo", null);
        Responses.json(context, answer);
    }

    /** Changes the model. Other options, all of which front ends send, have no meaning here and are ignored. */
    private void change(Context context) {
        JsonObject body = RequestBody.json(context);
        body.optionalString(CHECKPOINT)
                .ifPresent(name -> queue.switchTo(context.ip(), name).join());
        Responses.json(context, Map.of());
    }

    private void models(Context context) {
        Responses.json(
                context,
                queue.registry().modelNames().stream()
                        .map(name -> Map.of("title", name, "model_name", name, "filename", name))
                        .toList());
    }

    private void samplers(Context context) {
        Responses.json(
                context,
                Samplers.names().stream()
                        .map(name -> Map.of(
                                "name", Samplers.named(name).title(), "aliases", List.of(name), "options", Map.of()))
                        .toList());
    }

    private void loras(Context context) {
        Responses.json(
                context,
                queue.registry().loras().all().keySet().stream()
                        .map(name -> Map.of("name", name, "alias", name, "path", name, "metadata", Map.of()))
                        .toList());
    }

    private void pngInfo(Context context) {
        JsonObject body = RequestBody.json(context);
        byte[] picture = UploadedImages.bytes("image", body.string("image", ""));
        Optional<GenerationParameters> found = GenerationParameters.find(picture);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("info", found.map(GenerationParameters::toText).orElse(""));
        answer.put("items", found.map(p -> Map.of("parameters", p.toText())).orElse(Map.of()));
        answer.put("parameters", found.map(Automatic1111Routes::fields).orElse(Map.of()));
        Optional<ReadInfotext> read = found.map(ReadInfotext::of);
        answer.put(
                "options",
                read.map(r -> Json.MAPPER.readTree(r.options().toJson())).orElse(null));
        answer.put("warnings", read.map(ReadInfotext::warnings).orElse(List.of()));
        Responses.json(context, answer);
    }

    private static Map<String, String> fields(GenerationParameters parameters) {
        Map<String, String> fields = new LinkedHashMap<>(parameters.settings());
        fields.put("Prompt", parameters.prompt());
        fields.put("Negative prompt", parameters.negativePrompt());
        return fields;
    }
}
