package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.Original;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Wish;
import dev.hypersd.serve.queue.Wish.NamedControl;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Automatic1111Fields in the fields of AUTOMATIC1111. What is absent is as the model's preset says, not as that program would have it. */
final class Automatic1111Fields {
    private static final double USUAL_STRENGTH = 0.75;

    private Automatic1111Fields() {}

    /** Text to image. */
    static Wish.Builder of(JsonObject body, Intake intake) {
        LoraTags tags = LoraTags.of(body.string("prompt", ""));
        Wish.Builder wish =
                Wish.of(tags.prompt()).seed(GenerationFields.seed(body)).count(count(body, intake));
        if (!tags.loras().isEmpty()) {
            wish.loras(tags.loras());
        }
        body.optionalString("negative_prompt").ifPresent(wish::negative);
        sampler(body).ifPresent(wish::sampler);
        if (body.has("steps")) {
            wish.steps(body.integer("steps", 1));
        }
        if (body.has("cfg_scale")) {
            wish.guidance(body.number("cfg_scale", 1));
        }
        if (body.has("eta")) {
            wish.eta(body.number("eta", 0));
        }
        if (body.has("width") || body.has("height")) {
            wish.size(body.integer("width", 512), body.integer("height", 512));
        }
        body.object("override_settings")
                .flatMap(settings -> settings.optionalString("sd_model_checkpoint"))
                .ifPresent(wish::model);
        control(body, intake).ifPresent(wish::control);
        return wish;
    }

    /** Image to image. */
    static Wish.Builder ofPicture(JsonObject body, Intake intake) {
        String picture = body.strings("init_images", List.of()).stream()
                .findFirst()
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "init_images holds no picture"));
        Image original = UploadedImages.base64("init_images", picture, intake);
        Optional<Image> mask = body.optionalString("mask").map(m -> UploadedImages.base64("mask", m, intake));
        return of(body, intake)
                .original(new Original(original, mask))
                .strength(body.number("denoising_strength", USUAL_STRENGTH));
    }

    /** A sampler by the title that people know, or by its short name. */
    private static Optional<String> sampler(JsonObject body) {
        return body.optionalString("sampler_name")
                .or(() -> body.optionalString("sampler_index"))
                .filter(name -> !name.isBlank())
                .map(name -> Samplers.names().stream()
                        .filter(known -> Samplers.named(known).title().equalsIgnoreCase(name))
                        .findFirst()
                        .orElse(name.toLowerCase(Locale.ROOT)));
    }

    private static int count(JsonObject body, Intake intake) {
        long count = (long) body.integer("batch_size", 1) * body.integer("n_iter", 1);
        return (int) Math.clamp(count, -1L, intake.limits().generation().maxImages() + 1L);
    }

    /** The first unit of the ControlNet extension. */
    private static Optional<NamedControl> control(JsonObject body, Intake intake) {
        return body.object("alwayson_scripts")
                .flatMap(scripts -> scripts.object("controlnet").or(() -> scripts.object("ControlNet")))
                .flatMap(script -> script.objects("args").stream().findFirst())
                .filter(unit -> unit.flag("enabled", true) && unit.has("model"))
                .map(unit -> new NamedControl(
                        unit.string("model", ""),
                        UploadedImages.base64(
                                "controlnet",
                                unit.optionalString("image").orElseGet(() -> unit.string("input_image", "")),
                                intake),
                        unit.number("weight", 1)));
    }
}
