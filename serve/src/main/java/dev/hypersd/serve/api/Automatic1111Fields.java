package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.Original;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Wish;
import dev.hypersd.serve.queue.Wish.NamedControl;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads what to generate from the fields of AUTOMATIC1111's API. A field that is absent is as the model's preset says,
 * not as AUTOMATIC1111 would have it.
 */
final class Automatic1111Fields {
    private static final double USUAL_STRENGTH = 0.75;

    private Automatic1111Fields() {}

    /** The fields of {@code txt2img}. */
    static Wish.Builder textToImage(JsonObject body, RequestMemory.Reservation memory) {
        LoraTags tags = LoraTags.of(body.string("prompt", ""));
        Wish.Builder wish =
                Wish.of(tags.prompt()).seed(GenerationFields.seed(body)).count(count(body));
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
        control(body, memory).ifPresent(wish::control);
        return wish;
    }

    /** The fields of {@code img2img}. */
    static Wish.Builder imageToImage(JsonObject body, RequestMemory.Reservation memory) {
        String picture = body.strings("init_images", List.of()).stream()
                .findFirst()
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "init_images holds no image"));
        Image original = UploadedImages.base64("init_images", picture, memory);
        Optional<Image> mask = body.optionalString("mask").map(m -> UploadedImages.base64("mask", m, memory));
        return textToImage(body, memory)
                .original(new Original(original, mask))
                .strength(body.number("denoising_strength", USUAL_STRENGTH));
    }

    /** A sampler by its title, such as "DPM++ 2M", or by its short name. */
    private static Optional<String> sampler(JsonObject body) {
        return body.optionalString("sampler_name")
                .or(() -> body.optionalString("sampler_index"))
                .filter(name -> !name.isBlank())
                .map(name -> Samplers.names().stream()
                        .filter(known -> Samplers.named(known).title().equalsIgnoreCase(name))
                        .findFirst()
                        .orElse(name.toLowerCase(Locale.ROOT)));
    }

    private static int count(JsonObject body) {
        long count = (long) body.integer("batch_size", 1) * body.integer("n_iter", 1);
        return (int) Math.clamp(count, -1L, (long) Integer.MAX_VALUE);
    }

    /** The ControlNet in the first unit of the ControlNet extension. */
    private static Optional<NamedControl> control(JsonObject body, RequestMemory.Reservation memory) {
        return body.object("alwayson_scripts")
                .flatMap(scripts -> scripts.object("controlnet").or(() -> scripts.object("ControlNet")))
                .flatMap(script -> script.objects("args").stream().findFirst())
                .filter(unit -> unit.flag("enabled", true) && unit.has("model"))
                .map(unit -> new NamedControl(
                        unit.string("model", ""),
                        UploadedImages.base64(
                                "controlnet",
                                unit.optionalString("image").orElseGet(() -> unit.string("input_image", "")),
                                memory),
                        unit.number("weight", 1)));
    }
}
