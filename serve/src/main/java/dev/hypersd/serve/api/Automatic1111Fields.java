package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import dev.hypersd.request.ControlNetReference;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.PictureSource;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads what to generate from the fields of AUTOMATIC1111's API. A field that is absent is as the model's preset says,
 * not as AUTOMATIC1111 would have it.
 */
final class Automatic1111Fields {
    private Automatic1111Fields() {}

    /** Returns the fields of {@code txt2img}. */
    static GenerationOptions.Builder textToImage(JsonObject body, RequestMemory.Reservation memory) {
        LoraTags tags = LoraTags.of(body.string("prompt", ""));
        GenerationOptions.Builder options = GenerationOptions.of(tags.prompt()).toBuilder()
                .seed(GenerationFields.seed(body))
                .count(count(body));
        tags.loras().forEach(options::lora);
        body.optionalString("negative_prompt").filter(text -> !text.isBlank()).ifPresent(options::negativePrompt);
        body.optionalString("sampler_name")
                .or(() -> body.optionalString("sampler_index"))
                .filter(name -> !name.isBlank())
                .map(name -> Samplers.titled(name).isPresent() ? name : name.toLowerCase(Locale.ROOT))
                .ifPresent(options::sampler);
        if (body.has("steps")) {
            options.steps(body.integer("steps", 1));
        }
        if (body.has("cfg_scale")) {
            options.guidance(body.number("cfg_scale", 1));
        }
        if (body.has("eta")) {
            options.eta(body.number("eta", 0));
        }
        if (body.has("width") || body.has("height")) {
            options.size(body.integer("width", 512), body.integer("height", 512));
        }
        body.object("override_settings")
                .flatMap(settings -> settings.optionalString("sd_model_checkpoint"))
                .ifPresent(options::model);
        control(body, memory).ifPresent(options::control);
        return options;
    }

    /** Returns the fields of {@code img2img}. */
    static GenerationOptions.Builder imageToImage(JsonObject body, RequestMemory.Reservation memory) {
        String picture = body.strings("init_images", List.of()).stream()
                .findFirst()
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "init_images holds no image"));
        GenerationOptions.Builder options = textToImage(body, memory)
                .image(PictureSource.of(UploadedImages.base64("init_images", picture, memory)));
        body.optionalString("mask")
                .ifPresent(mask -> options.mask(PictureSource.of(UploadedImages.base64("mask", mask, memory))));
        if (body.has("denoising_strength")) {
            options.strength(body.number("denoising_strength", 1));
        }
        return options;
    }

    private static int count(JsonObject body) {
        long count = (long) body.integer("batch_size", 1) * body.integer("n_iter", 1);
        return (int) Math.clamp(count, -1L, (long) Integer.MAX_VALUE);
    }

    /** Returns the ControlNet in the first unit of the ControlNet extension. */
    private static Optional<ControlNetReference> control(JsonObject body, RequestMemory.Reservation memory) {
        return body.object("alwayson_scripts")
                .flatMap(scripts -> scripts.object("controlnet").or(() -> scripts.object("ControlNet")))
                .flatMap(script -> script.objects("args").stream().findFirst())
                .filter(unit -> unit.flag("enabled", true) && unit.has("model"))
                .map(unit -> ControlNetReference.of(
                                unit.string("model", ""),
                                PictureSource.of(UploadedImages.base64(
                                        "controlnet",
                                        unit.optionalString("image").orElseGet(() -> unit.string("input_image", "")),
                                        memory)))
                        .withScale(unit.number("weight", 1)));
    }
}
