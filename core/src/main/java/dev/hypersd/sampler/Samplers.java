package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/** Samplers by name and from configuration files. */
public final class Samplers {
    private static final int PUBLISHED_ORIGINAL_STEPS = 50;

    private static final Map<String, Sampler> BY_NAME = new TreeMap<>(Map.of(
            "tcd", new Tcd(PUBLISHED_ORIGINAL_STEPS, 0.3),
            "lcm", new Lcm(PUBLISHED_ORIGINAL_STEPS, 10, OptionalDouble.empty()),
            "ddim", new Ddim(Spacing.TRAILING, 1, Finish.FIRST_TIMESTEP, OptionalDouble.empty(), 0)));

    private static final Map<String, Function<JsonObject, Sampler>> BY_CLASS = Map.of(
            "TCDScheduler", Samplers::tcd,
            "LCMScheduler", Samplers::lcm,
            "DDIMScheduler", Samplers::ddim);

    private Samplers() {}

    /** The names that {@link #named} knows, sorted. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * The sampler with this short name and the options that suit few-step models: trailing spacing where there is a choice.
     *
     * @throws InvalidRequestException if there is none; the message names the nearest and all others
     */
    public static Sampler named(String name) {
        Sampler sampler = BY_NAME.get(name);
        if (sampler == null) {
            throw new InvalidRequestException("there is no sampler \"%s\"; did you mean %s? Known are %s"
                    .formatted(name, Names.nearest(name, names()), String.join(", ", names())));
        }
        return sampler;
    }

    /**
     * The sampler that a scheduler_config.json asks for by its {@code _class_name}, with diffusers' values for absent keys.
     *
     * @throws dev.hypersd.error.InvalidFileException if the class or an option is not supported, or a value makes no sense
     */
    public static Sampler from(JsonObject config) {
        String className = config.optionalString("_class_name")
                .orElseThrow(() -> config.invalid("_class_name", "is missing: it says which sampler to use"));
        return from(className, config);
    }

    /** {@link #from(JsonObject)} with the class named apart, for configurations made for another class. */
    public static Sampler from(String className, JsonObject config) {
        Function<JsonObject, Sampler> reader = BY_CLASS.get(className);
        if (reader == null) {
            throw config.invalid(
                    "_class_name",
                    "asks for %s, which is not supported; choose one of %s"
                            .formatted(className, String.join(", ", names())));
        }
        refuse(config, "thresholding", "dynamic thresholding is for models that work on pixels");
        return reader.apply(config);
    }

    private static Sampler tcd(JsonObject config) {
        return new Tcd(config.integer("original_inference_steps", PUBLISHED_ORIGINAL_STEPS), 0.3);
    }

    private static Sampler lcm(JsonObject config) {
        return new Lcm(
                config.integer("original_inference_steps", PUBLISHED_ORIGINAL_STEPS),
                config.number("timestep_scaling", 10),
                clip(config, false));
    }

    private static Sampler ddim(JsonObject config) {
        return new Ddim(
                spacing(config, Spacing.LEADING),
                config.integer("steps_offset", 0),
                finish(config, true),
                clip(config, true),
                0);
    }

    private static Spacing spacing(JsonObject config, Spacing absent) {
        String text = config.string("timestep_spacing", absent.text());
        return Spacing.ofText(text)
                .orElseThrow(() -> config.invalid(
                        "timestep_spacing", "must be leading, trailing or linspace, not \"" + text + "\""));
    }

    private static Finish finish(JsonObject config, boolean absent) {
        return config.flag("set_alpha_to_one", absent) ? Finish.CLEAN : Finish.FIRST_TIMESTEP;
    }

    private static OptionalDouble clip(JsonObject config, boolean absent) {
        return config.flag("clip_sample", absent)
                ? OptionalDouble.of(config.number("clip_sample_range", 1))
                : OptionalDouble.empty();
    }

    private static void refuse(JsonObject config, String option, String reason) {
        if (config.flag(option, false)) {
            throw config.invalid(option, "is not supported: " + reason);
        }
    }
}
