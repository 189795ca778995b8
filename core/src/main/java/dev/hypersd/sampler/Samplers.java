package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import dev.hypersd.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** Finds samplers by name and by configuration files. */
public final class Samplers {
    /** All samplers. A new one is a class of its own and an entry here. */
    private static final List<Entry> ENTRIES = List.of(
            new Entry("TCDScheduler", Tcd::from, new Tcd(50, Tcd.DEFAULT_ETA)),
            new Entry("LCMScheduler", Lcm::from, Lcm.USUAL, Lcm.shifted(250), Lcm.shifted(500)),
            new Entry(
                    "DDIMScheduler",
                    Ddim::from,
                    new Ddim(TimestepSpacing.TRAILING, FinalSigma.SIGMA_MIN, OptionalDouble.empty(), 0)),
            new Entry(
                    "EulerDiscreteScheduler",
                    Euler::from,
                    new Euler(TimestepSpacing.TRAILING, SigmaSpacing.TIMESTEPS, FinalSigma.ZERO)),
            new Entry(
                    "EulerAncestralDiscreteScheduler",
                    EulerAncestral::from,
                    new EulerAncestral(TimestepSpacing.TRAILING)),
            new Entry(
                    "DPMSolverMultistepScheduler",
                    DpmSolverPlusPlus::from,
                    DpmSolverPlusPlus.multistep(SigmaSpacing.TIMESTEPS),
                    DpmSolverPlusPlus.multistep(SigmaSpacing.KARRAS)),
            new Entry("PNDMScheduler", Pndm::from, new Pndm(TimestepSpacing.leading(1), FinalSigma.SIGMA_MIN)));

    private static final List<String> UNSUPPORTED =
            List.of("thresholding", "use_beta_sigmas", "use_exponential_sigmas", "use_flow_sigmas", "use_lu_lambdas");

    /**
     * One kind of sampler.
     *
     * @param className the {@code _class_name} in scheduler_config.json
     * @param from makes the sampler from such a file
     * @param named the samplers that are found by their names
     */
    private record Entry(String className, Function<JsonObject, Sampler> from, List<Sampler> named) {
        Entry(String className, Function<JsonObject, Sampler> from, Sampler... named) {
            this(className, from, List.of(named));
        }
    }

    private Samplers() {}

    /** Returns the names that {@link #named} accepts, sorted. */
    public static List<String> names() {
        return known().stream().map(Sampler::name).sorted().toList();
    }

    /**
     * Returns the sampler with this short name and the options that suit few-step models: trailing spacing where there
     * is a choice.
     *
     * @throws InvalidRequestException if there is none; the message names the nearest and all others
     */
    public static Sampler named(String name) {
        return known().stream()
                .filter(sampler -> sampler.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new InvalidRequestException("there is no sampler \"%s\"; did you mean %s? Known are %s"
                                .formatted(name, Nearest.of(name, names()), String.join(", ", names()))));
    }

    /**
     * Returns the sampler of {@link #named} whose name in pictures is {@code title}: its short name, or its name in
     * other programs.
     */
    public static Optional<Sampler> titled(String title) {
        return known().stream()
                .filter(sampler ->
                        sampler.name().equals(title) || sampler.title().equalsIgnoreCase(title))
                .findFirst();
    }

    private static List<Sampler> known() {
        return ENTRIES.stream().flatMap(entry -> entry.named().stream()).toList();
    }

    /**
     * Makes the sampler of a scheduler_config.json, whose class is {@code _class_name}, with diffusers' defaults for
     * absent keys.
     *
     * @throws dev.hypersd.error.InvalidFileException if the class or an option is not supported, or a value is invalid
     */
    public static Sampler from(JsonObject config) {
        String className = config.optionalString("_class_name")
                .orElseThrow(() -> config.invalid("_class_name", "is missing: it says which sampler to use"));
        return from(className, config);
    }

    /**
     * Makes a sampler of the class {@code className} as {@link #from(JsonObject)} does, from a configuration that may
     * be for another class.
     */
    public static Sampler from(String className, JsonObject config) {
        Entry found = ENTRIES.stream()
                .filter(entry -> entry.className().equals(className))
                .findFirst()
                .orElseThrow(() -> config.invalid(
                        "_class_name",
                        "asks for %s, which is not supported; choose one of %s"
                                .formatted(className, String.join(", ", names()))));
        for (String option : UNSUPPORTED) {
            if (config.flag(option, false)) {
                throw config.invalid(option, "must be false: this option of " + className + " is not supported");
            }
        }
        return found.from().apply(config);
    }

    /** Reads {@code clip_sample} and {@code clip_sample_range}: the limit of the predicted image, empty for none. */
    static OptionalDouble clip(JsonObject config, boolean absent) {
        return config.flag("clip_sample", absent)
                ? OptionalDouble.of(config.number("clip_sample_range", 1))
                : OptionalDouble.empty();
    }

    /** Refuses any value at {@code key} other than {@code only}, which is also the default. */
    static void require(JsonObject config, String key, String only) {
        config.choice(key, only, List.of(only), value -> value);
    }
}
