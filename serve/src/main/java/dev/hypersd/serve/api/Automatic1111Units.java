package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.Control;
import dev.hypersd.request.ControlNetReference;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.PictureSource;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads the units of AUTOMATIC1111's ControlNet extension. */
final class Automatic1111Units {
    private static final Map<String, List<Object>> WITHOUT_EFFECT = Map.ofEntries(
            Map.entry("resize_mode", List.of(1, "Just Resize", "Crop and Resize", "Scale to Fit (Inner Fit)")),
            Map.entry("guidance", List.of(1)),
            Map.entry("low_vram", List.of(true)),
            Map.entry("lowvram", List.of(true)),
            Map.entry("pixel_perfect", List.of(true)),
            Map.entry("processor_res", List.of(-1, 64, 512)),
            Map.entry("threshold_a", List.of(-1, 64)),
            Map.entry("threshold_b", List.of(-1, 64)),
            Map.entry("mask", List.of()),
            Map.entry("mask_image", List.of()),
            Map.entry("effective_region_mask", List.of()),
            Map.entry("hr_option", List.of("Both")),
            Map.entry("save_detected_map", List.of(true)),
            Map.entry("inpaint_crop_input_image", List.of(true)),
            Map.entry("input_mode", List.of("simple")),
            Map.entry("advanced_weighting", List.of()),
            Map.entry("use_preview_as_input", List.of()),
            Map.entry("batch_images", List.of()),
            Map.entry("union_control_type", List.of("Unknown")));

    /** The most units, those that are off included; front ends send as many as they show. */
    private static final int MAX_UNITS = 32;

    private final RequestMemory.Reservation memory;
    private final Optional<Image> original;
    private final List<String> warnings;

    /**
     * Creates a reader.
     *
     * @param original the picture that units without an image of their own follow
     * @param warnings receives sentences about fields that have no effect
     */
    Automatic1111Units(RequestMemory.Reservation memory, Optional<Image> original, List<String> warnings) {
        this.memory = memory;
        this.original = original;
        this.warnings = warnings;
    }

    /** Adds the ControlNets of {@code scripts}, the field {@code alwayson_scripts}; other scripts are warned about. */
    void read(JsonObject scripts, GenerationOptions.Builder options) {
        for (String name : scripts.keys()) {
            if (name.equalsIgnoreCase("controlnet")) {
                List<JsonObject> units = scripts.object(name)
                        .map(script -> script.objects("args"))
                        .orElse(List.of());
                if (units.size() > MAX_UNITS) {
                    throw new ApiException(
                            ErrorCode.MALFORMED,
                            "%d units of ControlNet are more than the %d that are read"
                                    .formatted(units.size(), MAX_UNITS));
                }
                units.forEach(unit -> control(unit).ifPresent(options::control));
            } else if (!scripts.isEmpty(name)) {
                warnings.add("the script %s has no effect: this server does not have it".formatted(name));
            }
        }
    }

    private Optional<ControlNetReference> control(JsonObject unit) {
        if (!unit.flag("enabled", true)) {
            return Optional.empty();
        }
        String model = unit.string("model", "None");
        if (model.isBlank() || model.equalsIgnoreCase("None")) {
            warnings.add("a ControlNet unit has no effect: it names no model");
            return Optional.empty();
        }
        PictureSource picture = image(unit)
                .or(() -> original.map(PictureSource::of))
                .orElseThrow(() -> new ApiException(
                        ErrorCode.MALFORMED, "the unit of ControlNet %s has no image to follow".formatted(model)));
        ControlNetReference reference = new ControlNetReference(
                model,
                Optional.of(picture),
                Modules.preprocessor(unit.string("module", "none")),
                OptionalDouble.of(unit.number("weight", 1)),
                optional(unit, "guidance_start"),
                optional(unit, "guidance_end"),
                mode(unit));
        FieldWarnings.of(unit, WITHOUT_EFFECT).forEach(warning -> warnings.add("ControlNet unit: " + warning));
        return Optional.of(reference);
    }

    /**
     * Reads the image, which is {@code input_image} in older versions, and an object with image and mask in newer ones.
     */
    private Optional<PictureSource> image(JsonObject unit) {
        Optional<String> text = unit.isObject("image")
                ? unit.object("image").flatMap(image -> image.optionalString("image"))
                : unit.optionalString("image").or(() -> unit.optionalString("input_image"));
        return text.filter(base64 -> !base64.isBlank())
                .map(base64 -> PictureSource.of(UploadedImages.base64("controlnet", base64, memory)));
    }

    private static OptionalDouble optional(JsonObject unit, String key) {
        return unit.has(key) ? OptionalDouble.of(unit.number(key, 0)) : OptionalDouble.empty();
    }

    /** Reads the mode, which front ends send as a number or in words. */
    private Optional<Control.Mode> mode(JsonObject unit) {
        boolean isOlderGuess = unit.flag("guessmode", false);
        if (isOlderGuess || unit.is("control_mode", 2) || unit.is("control_mode", "ControlNet is more important")) {
            return Optional.of(Control.Mode.GUESS);
        }
        if (unit.is("control_mode", 1) || unit.is("control_mode", "My prompt is more important")) {
            warnings.add("ControlNet unit: control_mode has no effect: prompt and ControlNet are balanced");
        }
        return Optional.empty();
    }

    /** The preprocessors, which the extension calls modules. */
    static final class Modules {
        private Modules() {}

        /** Returns the preprocessor of this server that a module stands for; one that is not known keeps its name. */
        static Optional<String> preprocessor(String module) {
            String name = module.strip().toLowerCase(Locale.ROOT);
            if (name.isEmpty() || name.equals("none")) {
                return Optional.empty();
            }
            return Optional.of(name.startsWith("scribble") ? "scribble" : name.startsWith("invert") ? "drawing" : name);
        }
    }
}
