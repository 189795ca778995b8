package dev.hypersd.serve.api;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.ReadInfotext;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.queue.Client;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Base64;
import java.util.Collections;
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

    private static final Map<String, List<Object>> SETTINGS_WITHOUT_EFFECT = Map.of(
            "sd_vae", List.of("Automatic", "None"),
            "CLIP_stop_at_last_layers", List.of(1),
            "samples_format", List.of("png"));

    private static final Map<String, List<Object>> DETECTION_WITHOUT_EFFECT = Map.of(
            "controlnet_processor_res", List.of(-1, 512),
            "controlnet_threshold_a", List.of(-1, 64),
            "controlnet_threshold_b", List.of(-1, 64),
            "low_vram", List.of());

    private final GenerationQueue queue;

    /** Creates routes that generate images in {@code queue}. */
    public Automatic1111Routes(GenerationQueue queue) {
        this.queue = queue;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.post(ROOT + "txt2img", context -> generate(context, Automatic1111Request::textToImage));
        routes.post(ROOT + "img2img", context -> generate(context, Automatic1111Request::imageToImage));
        routes.get(ROOT + "progress", this::progress);
        routes.post(ROOT + "interrupt", this::interrupt);
        routes.post(ROOT + "skip", this::interrupt);
        routes.get(ROOT + "options", this::settings);
        routes.post(ROOT + "options", this::change);
        routes.post(ROOT + "unload-checkpoint", Automatic1111Routes::unload);
        routes.post(ROOT + "reload-checkpoint", this::reload);
        routes.post(ROOT + "png-info", this::pngInfo);
        routes.post("/controlnet/detect", this::detect);
        new Automatic1111Lists(queue).register(routes);
        new Automatic1111Upscaler(queue).register(routes);
    }

    private void generate(Context context, BiFunction<JsonObject, RequestMemory.Reservation, ClientRequest> reader) {
        JsonObject body = RequestBody.json(context).lenient();
        boolean sendsImages = body.flag("send_images", true);
        ClientRequest asked = reader.apply(body, RequestMemory.of(context));
        HttpGeneration.Answer drawn = HttpGeneration.generate(context, queue, asked);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                "images",
                drawn.images().stream()
                        .limit(sendsImages ? drawn.images().size() : 0)
                        .map(image -> encoded(image.image(), Optional.of(image.parameters())))
                        .toList());
        answer.put(
                "parameters",
                Map.of("prompt", asked.options().get(Option.PROMPT).orElse("")));
        answer.put("info", Json.MAPPER.writeValueAsString(info(asked.options(), drawn.images())));
        answer.put("warnings", drawn.warnings());
        Responses.json(context, answer);
    }

    private static Map<String, Object> info(GenerationOptions options, List<GeneratedImage> images) {
        String prompt = options.get(Option.PROMPT).orElse("");
        String negative = options.get(Option.NEGATIVE_PROMPT).orElse("");
        Image first = images.getFirst().image();
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("prompt", prompt);
        info.put("all_prompts", Collections.nCopies(images.size(), prompt));
        info.put("negative_prompt", negative);
        info.put("all_negative_prompts", Collections.nCopies(images.size(), negative));
        info.put("seed", Seeds.number(images.getFirst().seed()));
        info.put(
                "all_seeds",
                images.stream().map(image -> Seeds.number(image.seed())).toList());
        info.put("width", first.width());
        info.put("height", first.height());
        info.put("index_of_first_image", 0);
        info.put(
                "infotexts",
                images.stream().map(image -> image.parameters().toText()).toList());
        return info;
    }

    private static String encoded(Image image, Optional<GenerationParameters> parameters) {
        return Base64.getEncoder().encodeToString(new Png().encode(image, parameters));
    }

    /**
     * Answers the progress of the running job, and to the client that it belongs to also a preview of its first image.
     */
    private void progress(Context context) {
        Optional<GenerationJob.Progress> now = queue.progress();
        int step = now.map(GenerationJob.Progress::step).orElse(0);
        int steps = now.map(GenerationJob.Progress::steps).orElse(0);
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
        Optional<String> preview = "true".equalsIgnoreCase(context.queryParam("skip_current_image"))
                ? Optional.empty()
                : queue.running(Client.of(context.ip()))
                        .flatMap(GenerationJob::preview)
                        .map(image -> encoded(image, Optional.empty()));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("progress", steps == 0 ? 0 : (double) step / steps);
        answer.put("eta_relative", remaining);
        answer.put("state", state);
        answer.put("current_image", preview.orElse(null));
        answer.put("textinfo", null);
        Responses.json(context, answer);
    }

    private void interrupt(Context context) {
        queue.interrupt(Client.of(context.ip()));
        Responses.json(context, Map.of());
    }

    /** The settings that front ends read at start, as they are here. */
    private void settings(Context context) {
        Responses.json(
                context,
                Map.of(
                        CHECKPOINT,
                        queue.model(),
                        "sd_vae",
                        "Automatic",
                        "CLIP_stop_at_last_layers",
                        1,
                        "samples_format",
                        "png"));
    }

    /** Changes the model. Front ends send many other settings, which are named in a warning. */
    private void change(Context context) {
        JsonObject body = RequestBody.json(context).lenient();
        body.optionalString(CHECKPOINT)
                .filter(name -> !name.isBlank())
                .ifPresent(name -> queue.switchTo(Client.of(context.ip()), name).join());
        Responses.warn(context, FieldWarnings.of(body, SETTINGS_WITHOUT_EFFECT));
        Responses.json(context, Map.of());
    }

    private static void unload(Context context) {
        Responses.warn(
                context,
                List.of("models stay loaded until others need their memory, which the server decides by itself"));
        Responses.json(context, Map.of());
    }

    private void reload(Context context) {
        queue.switchTo(Client.of(context.ip()), queue.model()).join();
        Responses.json(context, Map.of());
    }

    /** Shows what a preprocessor makes of pictures. */
    private void detect(Context context) {
        JsonObject body = RequestBody.json(context).lenient();
        Optional<String> preprocessor =
                Automatic1111Units.Modules.preprocessor(body.string("controlnet_module", "none"));
        List<String> images = body.strings("controlnet_input_images", List.of()).stream()
                .map(text -> UploadedImages.base64("controlnet_input_images", text, RequestMemory.of(context)))
                .map(picture -> preprocessor
                        .map(name -> queue.registry().preprocess(name, picture))
                        .orElse(picture))
                .map(image -> encoded(image, Optional.empty()))
                .toList();
        Responses.warn(context, FieldWarnings.of(body, DETECTION_WITHOUT_EFFECT));
        Responses.json(context, Map.of("images", images, "info", "Success"));
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
                read.map(r -> Json.MAPPER.readTree(
                                GenerationFields.ofFile(r.options()).toJson()))
                        .orElse(null));
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
