package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import dev.hypersd.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

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
            new Entry("PNDMScheduler", Pndm::from, new Pndm(TimestepSpacing.leading(1), FinalSigma.SIGMA_MIN)),
            new Entry(
                    "UniPCMultistepScheduler",
                    UniPc::from,
                    new UniPc(
                            TimestepSpacing.LINSPACE,
                            SigmaSpacing.TIMESTEPS,
                            2,
                            UniPc.Variant.BH2,
                            true,
                            FinalSigma.ZERO)),
            new Entry("HeunDiscreteScheduler", Heun::from, new Heun(TimestepSpacing.LINSPACE, SigmaSpacing.TIMESTEPS)),
            new Entry(
                    "DEISMultistepScheduler",
                    Deis::from,
                    new Deis(TimestepSpacing.LINSPACE, SigmaSpacing.TIMESTEPS, 2, true)),
            new Entry(
                    "LMSDiscreteScheduler",
                    Lms::from,
                    new Lms(TimestepSpacing.LINSPACE, SigmaSpacing.TIMESTEPS),
                    new Lms(TimestepSpacing.LINSPACE, SigmaSpacing.KARRAS)),
            new Entry(
                    "DPMSolverSDEScheduler",
                    DpmSolverPlusPlusSde::from,
                    new DpmSolverPlusPlusSde(TimestepSpacing.LINSPACE, SigmaSpacing.TIMESTEPS),
                    new DpmSolverPlusPlusSde(TimestepSpacing.LINSPACE, SigmaSpacing.KARRAS)));

    /** The samplers that no scheduler_config.json can name. */
    private static final List<Sampler> WITHOUT_CLASS = List.of(
            new DpmSolverPlusPlusMultistepSde(SigmaSpacing.TIMESTEPS, 2),
            new DpmSolverPlusPlusMultistepSde(SigmaSpacing.KARRAS, 2),
            new DpmSolverPlusPlusMultistepSde(SigmaSpacing.TIMESTEPS, 3),
            new DpmSolverPlusPlusMultistepSde(SigmaSpacing.KARRAS, 3));

    /** The names in ComfyUI of samplers that have another name elsewhere. */
    private static final Map<String, String> OTHER_NAMES = Map.of("eulerancestral", "eulera", "ddimuniform", "ddim");

    /** The names in other programs of the schedules that samplers have if none is chosen. */
    private static final Set<String> USUAL_SCHEDULES =
            Set.of("", "automatic", "uniform", "normal", "simple", "sgmuniform");

    private static final List<String> UNSUPPORTED = List.of(
            "thresholding",
            "use_beta_sigmas",
            "use_dynamic_shifting",
            "use_exponential_sigmas",
            "use_flow_sigmas",
            "use_lu_lambdas");

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
     * Returns the sampler with this short name and the options that suit its use: trailing spacing for few-step models
     * where there is a choice, and both ends included for the solvers of higher order.
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
     * other programs. Letter case, spaces and underscores do not matter.
     */
    public static Optional<Sampler> titled(String title) {
        String wanted = OTHER_NAMES.getOrDefault(plain(title), plain(title));
        return known().stream()
                .filter(sampler -> plain(sampler.name()).equals(wanted)
                        || plain(sampler.title()).equals(wanted))
                .findFirst();
    }

    /**
     * Returns the sampler of {@link #titled(String)} with the schedule that other programs name apart from it, which is
     * a sampler of its own here: {@code DPM++ 2M} and {@code Karras}. Empty if it has no such schedule.
     */
    public static Optional<Sampler> titled(String title, String schedule) {
        Optional<Sampler> alone = titled(title);
        String known = alone.map(Sampler::title).orElse(title);
        return titled(known + " " + schedule)
                .or(() -> alone.filter(
                        _ -> isUsualSchedule(schedule) || plain(known).endsWith(plain(schedule))));
    }

    /** Returns whether other programs mean the schedule that a sampler has without any choice. */
    public static boolean isUsualSchedule(String schedule) {
        return USUAL_SCHEDULES.contains(plain(schedule));
    }

    private static String plain(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[ _]", "");
    }

    private static List<Sampler> known() {
        return Stream.concat(ENTRIES.stream().flatMap(entry -> entry.named().stream()), WITHOUT_CLASS.stream())
                .toList();
    }

    /**
     * Makes the sampler of a scheduler_config.json, whose class is {@code _class_name}, with diffusers' defaults for
     * absent keys.
     *
     * @throws dev.hypersd.error.InvalidFileException if the class or an option is not supported, or a value is invalid
     */
    public static Sampler from(JsonObject config) {
        String className = config.optionalString("_class_name")
                .orElseThrow(() -> config.invalid("_class_name", "is missing: it names the sampler"));
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
        config.expectNone("sigma_min");
        config.expectNone("sigma_max");
        if (config.isFinite("lambda_min_clipped")) {
            throw config.invalid("lambda_min_clipped", "must be -Infinity: this option is not supported");
        }
        if (config.string("variance_type", "").startsWith("learned")) {
            throw config.invalid("variance_type", "says that the network predicts a variance, which is not supported");
        }
        return found.from().apply(config);
    }

    /** Reads {@code clip_sample} and {@code clip_sample_range}: the limit of the predicted image, empty for none. */
    static OptionalDouble clip(JsonObject config, boolean absent) {
        return config.flag("clip_sample", absent)
                ? OptionalDouble.of(config.number("clip_sample_range", 1))
                : OptionalDouble.empty();
    }

    /** Reads {@code solver_order}, 1 to 3; 2 where it is absent. */
    static int order(JsonObject config) {
        int order = config.integer("solver_order", 2);
        if (order < 1 || order > 3) {
            throw config.invalid("solver_order", "must be 1, 2 or 3, not " + order);
        }
        return order;
    }

    /** Refuses any value at {@code key} other than {@code only}, which is also the default. */
    static void require(JsonObject config, String key, String only) {
        config.choice(key, only, List.of(only), value -> value);
    }
}
