package dev.hypersd.serve.automatic;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.answer.Answers;
import dev.hypersd.serve.answer.Waiting;
import dev.hypersd.serve.intake.Body;
import dev.hypersd.serve.intake.Intake;
import dev.hypersd.serve.intake.PictureReader;
import dev.hypersd.serve.studio.Progress;
import dev.hypersd.serve.studio.Studio;
import dev.hypersd.serve.studio.Watcher;
import dev.hypersd.serve.studio.Wish;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /sdapi/v1}: what front ends of AUTOMATIC1111's web interface ask for. Files are named without their folders. */
public final class AutomaticRoutes {
    private static final String ROOT = "/sdapi/v1/";
    private static final String CHECKPOINT = "sd_model_checkpoint";

    private final Studio studio;

    public AutomaticRoutes(Studio studio) {
        this.studio = studio;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.post(ROOT + "txt2img", context -> {
            JsonObject body = Body.json(context);
            draw(context, Wishes.of(body, Intake.of(context)).build());
        });
        routes.post(ROOT + "img2img", context -> {
            JsonObject body = Body.json(context);
            draw(context, Wishes.ofPicture(body, Intake.of(context)).build());
        });
        routes.get(ROOT + "progress", this::progress);
        routes.post(ROOT + "interrupt", context -> {
            studio.interrupt(context.ip());
            Answers.json(context, Map.of());
        });
        routes.get(ROOT + "options", context -> Answers.json(context, Map.of(CHECKPOINT, studio.model())));
        routes.post(ROOT + "options", this::change);
        routes.get(ROOT + "sd-models", this::models);
        routes.get(ROOT + "samplers", this::samplers);
        routes.get(ROOT + "loras", this::loras);
        routes.post(ROOT + "png-info", this::pngInfo);
    }

    private void draw(Context context, Wish wish) {
        List<GeneratedImage> pictures =
                Waiting.pictures(context, studio, studio.submit(context.ip(), wish, Watcher.NONE));
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("prompt", wish.prompt());
        info.put("negative_prompt", wish.negative().orElse(""));
        info.put("seed", pictures.getFirst().seed());
        info.put("all_seeds", pictures.stream().map(GeneratedImage::seed).toList());
        info.put(
                "infotexts", pictures.stream().map(p -> p.parameters().toText()).toList());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("images", pictures.stream().map(AutomaticRoutes::encoded).toList());
        answer.put("parameters", Map.of("prompt", wish.prompt()));
        answer.put("info", Json.MAPPER.writeValueAsString(info));
        Answers.json(context, answer);
    }

    private static String encoded(GeneratedImage picture) {
        return Base64.getEncoder().encodeToString(new Png().encode(picture.image(), Optional.of(picture.parameters())));
    }

    private void progress(Context context) {
        Optional<Progress> now = studio.progress();
        int step = now.map(Progress::step).orElse(0);
        int steps = now.map(Progress::steps).orElse(0);
        double remaining = now.map(p -> p.elapsed().toMillis() / 1000.0 / p.step() * (p.steps() - p.step()))
                .orElse(0.0);
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("skipped", false);
        state.put("interrupted", false);
        state.put("job", now.isPresent() ? "drawing" : "");
        state.put("job_count", studio.waiting() + (now.isPresent() ? 1 : 0));
        state.put("job_no", 0);
        state.put("sampling_step", step);
        state.put("sampling_steps", steps);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("progress", steps == 0 ? 0 : (double) step / steps);
        answer.put("eta_relative", remaining);
        answer.put("state", state);
        answer.put("current_image", null);
        answer.put("textinfo", null);
        Answers.json(context, answer);
    }

    /** Only the model can be changed; other options of that program mean nothing here and are passed over, as front ends send them all. */
    private void change(Context context) {
        JsonObject body = Body.json(context);
        body.optionalString(CHECKPOINT)
                .ifPresent(name -> studio.switchTo(context.ip(), name).join());
        Answers.json(context, Map.of());
    }

    private void models(Context context) {
        Answers.json(
                context,
                studio.catalogue().modelNames().stream()
                        .map(name -> Map.of("title", name, "model_name", name, "filename", name))
                        .toList());
    }

    private void samplers(Context context) {
        Answers.json(
                context,
                Samplers.names().stream()
                        .map(name -> Map.of(
                                "name", Samplers.named(name).title(), "aliases", List.of(name), "options", Map.of()))
                        .toList());
    }

    private void loras(Context context) {
        Answers.json(
                context,
                studio.catalogue().loras().all().keySet().stream()
                        .map(name -> Map.of("name", name, "alias", name, "path", name, "metadata", Map.of()))
                        .toList());
    }

    private void pngInfo(Context context) {
        JsonObject body = Body.json(context);
        byte[] picture = PictureReader.bytes("image", body.string("image", ""));
        Optional<GenerationParameters> found = GenerationParameters.find(picture);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("info", found.map(GenerationParameters::toText).orElse(""));
        answer.put("items", found.map(p -> Map.of("parameters", p.toText())).orElse(Map.of()));
        answer.put("parameters", found.map(AutomaticRoutes::fields).orElse(Map.of()));
        Answers.json(context, answer);
    }

    private static Map<String, String> fields(GenerationParameters parameters) {
        Map<String, String> fields = new LinkedHashMap<>(parameters.settings());
        fields.put("Prompt", parameters.prompt());
        fields.put("Negative prompt", parameters.negativePrompt());
        return fields;
    }
}
