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
import java.util.Map;
import java.util.Optional;

/**
 * Reads options from the fields of AUTOMATIC1111's API. Absent fields have the defaults of the model's preset, not
 * those of AUTOMATIC1111.
 */
final class Automatic1111Fields {
    /**
     * The fields that the API documents and this server does not implement, with the values that front ends send by
     * default.
     */
    private static final Map<String, List<Object>> WITHOUT_EFFECT = Map.ofEntries(
            Map.entry("restore_faces", List.of()),
            Map.entry("tiling", List.of()),
            Map.entry("subseed", List.of(-1)),
            Map.entry("subseed_strength", List.of()),
            Map.entry("seed_resize_from_h", List.of(-1)),
            Map.entry("seed_resize_from_w", List.of(-1)),
            Map.entry("s_churn", List.of()),
            Map.entry("s_min_uncond", List.of()),
            Map.entry("s_tmin", List.of()),
            Map.entry("s_tmax", List.of()),
            Map.entry("s_noise", List.of(1)),
            Map.entry("do_not_save_samples", List.of(true)),
            Map.entry("do_not_save_grid", List.of(true)),
            Map.entry("save_images", List.of()),
            Map.entry("override_settings_restore_afterwards", List.of(true)),
            Map.entry("refiner_checkpoint", List.of("None")),
            Map.entry("refiner_switch_at", List.of()),
            Map.entry("disable_extra_networks", List.of()),
            Map.entry("comments", List.of()),
            Map.entry("firstpass_image", List.of()),
            Map.entry("firstphase_width", List.of()),
            Map.entry("firstphase_height", List.of()),
            Map.entry("force_task_id", List.of()),
            Map.entry("script_name", List.of()),
            Map.entry("script_args", List.of()),
            Map.entry("infotext", List.of()),
            Map.entry("image_cfg_scale", List.of(1)),
            Map.entry("initial_noise_multiplier", List.of(1)),
            Map.entry("include_init_images", List.of()),
            Map.entry("mask_round", List.of(true)));

    private Automatic1111Fields() {}

    /** Reads the fields of {@code txt2img}. */
    static ClientRequest textToImage(JsonObject body, RequestMemory.Reservation memory) {
        GenerationOptions options = text(body, memory).build();
        return new ClientRequest(options, FieldWarnings.of(body, WITHOUT_EFFECT));
    }

    /** Reads the fields of {@code img2img}. */
    static ClientRequest imageToImage(JsonObject body, RequestMemory.Reservation memory) {
        GenerationOptions options = image(body, memory).build();
        return new ClientRequest(options, FieldWarnings.of(body, WITHOUT_EFFECT));
    }

    private static GenerationOptions.Builder text(JsonObject body, RequestMemory.Reservation memory) {
        GenerationOptions.Builder options = GenerationOptions.of(body.string("prompt", "")).toBuilder()
                .seed(GenerationFields.seed(body))
                .count(count(body));
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

    private static GenerationOptions.Builder image(JsonObject body, RequestMemory.Reservation memory) {
        String picture = body.strings("init_images", List.of()).stream()
                .findFirst()
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "init_images holds no image"));
        GenerationOptions.Builder options =
                text(body, memory).image(PictureSource.of(UploadedImages.base64("init_images", picture, memory)));
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

    /** Reads the first unit of the ControlNet extension. */
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
