package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import dev.hypersd.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Samplers by name and from configuration files. */
public final class Samplers {
    private static final int PUBLISHED_ORIGINAL_STEPS = 50;

    private static final List<String> UNSUPPORTED =
            List.of("thresholding", "use_beta_sigmas", "use_exponential_sigmas", "use_flow_sigmas", "use_lu_lambdas");

    private static final Map<String, Sampler> BY_NAME = byName(
            new Tcd(PUBLISHED_ORIGINAL_STEPS, Tcd.DEFAULT_ETA),
            new Lcm(PUBLISHED_ORIGINAL_STEPS, 10, OptionalDouble.empty()),
            new Ddim(Spacing.TRAILING, 1, Finish.FIRST_TIMESTEP, OptionalDouble.empty(), 0),
            new Euler(Spacing.TRAILING, 1, SigmaSpacing.TIMESTEPS, Finish.CLEAN),
            new EulerAncestral(Spacing.TRAILING, 1),
            dpm(SigmaSpacing.TIMESTEPS),
            dpm(SigmaSpacing.KARRAS),
            new Pndm(Spacing.LEADING, 1, Finish.FIRST_TIMESTEP));

    private static final Map<String, Function<JsonObject, Sampler>> BY_CLASS = Map.of(
            "TCDScheduler", Samplers::tcd,
            "LCMScheduler", Samplers::lcm,
            "DDIMScheduler", Samplers::ddim,
            "EulerDiscreteScheduler", Samplers::euler,
            "EulerAncestralDiscreteScheduler", Samplers::eulerAncestral,
            "DPMSolverMultistepScheduler", Samplers::dpm,
            "PNDMScheduler", Samplers::pndm);

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
                    .formatted(name, Nearest.of(name, names()), String.join(", ", names())));
        }
        return sampler;
    }

    /** The sampler of {@link #named} that pictures call {@code title}: its short name, or what people and other tools know it by. */
    public static Optional<Sampler> titled(String title) {
        return BY_NAME.values().stream()
                .filter(sampler ->
                        sampler.name().equals(title) || sampler.title().equalsIgnoreCase(title))
                .findFirst();
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
        for (String option : UNSUPPORTED) {
            if (config.flag(option, false)) {
                throw config.invalid(option, "must be false: this option of " + className + " is not supported");
            }
        }
        return reader.apply(config);
    }

    private static Sampler tcd(JsonObject config) {
        return new Tcd(config.integer("original_inference_steps", PUBLISHED_ORIGINAL_STEPS), Tcd.DEFAULT_ETA);
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

    private static Euler euler(JsonObject config) {
        only(config, "interpolation_type", "linear", "linear");
        only(config, "timestep_type", "discrete", "discrete");
        return new Euler(
                spacing(config, Spacing.LINSPACE),
                config.integer("steps_offset", 0),
                sigmas(config),
                lastSigma(config));
    }

    private static EulerAncestral eulerAncestral(JsonObject config) {
        return new EulerAncestral(spacing(config, Spacing.LINSPACE), config.integer("steps_offset", 0));
    }

    private static DpmSolverPlusPlus dpm(JsonObject config) {
        only(config, "algorithm_type", "dpmsolver++", "dpmsolver++");
        int order = config.integer("solver_order", 2);
        if (order != 1 && order != 2) {
            throw config.invalid("solver_order", "must be 1 or 2, not " + order);
        }
        String rule = only(config, "solver_type", "midpoint", "midpoint", "heun");
        return new DpmSolverPlusPlus(
                spacing(config, Spacing.LINSPACE),
                config.integer("steps_offset", 0),
                sigmas(config),
                order,
                rule.equals("heun") ? DpmSolverPlusPlus.Rule.HEUN : DpmSolverPlusPlus.Rule.MIDPOINT,
                lastStep(config),
                lastSigma(config));
    }

    private static DpmSolverPlusPlus dpm(SigmaSpacing sigmas) {
        return new DpmSolverPlusPlus(
                Spacing.LINSPACE,
                1,
                sigmas,
                2,
                DpmSolverPlusPlus.Rule.MIDPOINT,
                DpmSolverPlusPlus.LastStep.FIRST_ORDER_IF_SHORT,
                Finish.CLEAN);
    }

    private static DpmSolverPlusPlus.LastStep lastStep(JsonObject config) {
        if (config.flag("euler_at_final", false)) {
            return DpmSolverPlusPlus.LastStep.FIRST_ORDER;
        }
        return config.flag("lower_order_final", true)
                ? DpmSolverPlusPlus.LastStep.FIRST_ORDER_IF_SHORT
                : DpmSolverPlusPlus.LastStep.AS_OTHERS;
    }

    private static Pndm pndm(JsonObject config) {
        if (!config.flag("skip_prk_steps", false)) {
            throw config.invalid("skip_prk_steps", "must be true: the Runge-Kutta start of PNDM is not supported");
        }
        return new Pndm(spacing(config, Spacing.LEADING), config.integer("steps_offset", 0), finish(config, false));
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

    private static SigmaSpacing sigmas(JsonObject config) {
        return config.flag("use_karras_sigmas", false) ? SigmaSpacing.KARRAS : SigmaSpacing.TIMESTEPS;
    }

    private static Finish lastSigma(JsonObject config) {
        return only(config, "final_sigmas_type", "zero", "zero", "sigma_min").equals("zero")
                ? Finish.CLEAN
                : Finish.FIRST_TIMESTEP;
    }

    /** The string at {@code key}, which must be one of {@code supported}. */
    private static String only(JsonObject config, String key, String absent, String... supported) {
        String value = config.string(key, absent);
        if (!List.of(supported).contains(value)) {
            throw config.invalid(key, "must be %s, not \"%s\"".formatted(String.join(" or ", supported), value));
        }
        return value;
    }

    private static Map<String, Sampler> byName(Sampler... samplers) {
        return Arrays.stream(samplers).collect(Collectors.toMap(Sampler::name, s -> s, (a, b) -> a, TreeMap::new));
    }
}
