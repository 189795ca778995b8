package dev.hypersd.recipe;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.NameResolver;
import dev.hypersd.request.Option;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A method of a recipe that compares methods: its model, how it is loaded, and its options. Every key of {@link Option}
 * can be given; absent ones are taken from the section of defaults.
 *
 * @param own the section of the method
 * @param defaults the section of defaults
 * @param folder the folder of relative file names
 */
record MethodSection(Section own, Section defaults, Path folder) {
    private static final String STEPS = Option.STEPS.key();
    private static final String MODEL = Option.MODEL.key();

    /** The options that all contestants share, so that their pictures can be compared. */
    private static final List<Option<?>> SHARED = List.of(Option.PROMPT, Option.SEED, Option.COUNT);

    /**
     * Returns the contestants of this method: one for each number of steps.
     *
     * @param model the model, if neither the method nor the defaults name one
     */
    List<Contestant> contestants(Optional<Path> model) {
        ModelSource source = source(model);
        GenerationOptions options = options(own).over(options(defaults));
        List<Contestant> contestants = counts().stream()
                .map(count -> contestant(
                        source, GenerationOptions.builder().steps(count).build().over(options)))
                .toList();
        if (contestants.isEmpty()) {
            Contestant only = contestant(source, options);
            if (!options.has(Option.TIMESTEPS) && only.preset().isEmpty()) {
                throw own.invalid(STEPS, "is missing; name one or more numbers of steps");
            }
            contestants = List.of(only);
        }
        own.refuseUnread();
        defaults.refuseUnread();
        return contestants;
    }

    private Contestant contestant(ModelSource source, GenerationOptions options) {
        String name = own.text("name");
        try {
            return Contestant.of(name, source, options, NameResolver.below(folder));
        } catch (InvalidRequestException e) {
            throw own.invalid("name", "is %s, and this method makes no sense: %s".formatted(name, e.getMessage()));
        }
    }

    /** Returns the numbers of steps; empty if timesteps or a preset determine them. */
    private List<Integer> counts() {
        Section section = own.has(STEPS) || own.has(Option.TIMESTEPS.key()) ? own : defaults;
        if (!section.has(STEPS)) {
            return List.of();
        }
        List<Integer> counts =
                section.isList(STEPS) ? section.counts(STEPS, List.of()) : List.of(section.count(STEPS, 1, 1));
        if (counts.isEmpty() || counts.stream().anyMatch(count -> count < 1)) {
            throw section.invalid(STEPS, "is %s; name one or more numbers of steps".formatted(counts));
        }
        return counts;
    }

    private GenerationOptions options(Section section) {
        SHARED.forEach(option -> {
            if (section.has(option.key())) {
                throw section.invalid(option.key(), "is the same for all methods and cannot be set for one");
            }
        });
        GenerationOptions options = section.options(List.of(STEPS, MODEL), folder);
        if (!section.has("weight")) {
            return options;
        }
        OptionalDouble weight = OptionalDouble.of(section.number("weight", 1, -10, 10));
        return options.toBuilder()
                .set(
                        Option.LORAS,
                        options.get(Option.LORAS).orElse(List.of()).stream()
                                .map(lora -> lora.weight().isPresent() ? lora : new LoraReference(lora.name(), weight))
                                .toList())
                .build();
    }

    private ModelSource source(Optional<Path> absent) {
        Path model = path(MODEL)
                .or(() -> absent)
                .orElseThrow(() -> own.invalid(MODEL, "is missing; name one here or for all methods"));
        LoadOptions options = LoadOptions.DEFAULT.withPlacement(Placement.drawing(
                text("dtype").map(this::dtype).orElse(Dtype.F32),
                section("weight_storage").one("weight_storage", WeightStorage.CONVERTED),
                text("device").map(Device::named).orElse(Device.CPU)));
        options = with(options, text("variant"), options::withVariant);
        options = with(options, path("vae"), options::withAutoencoder);
        Optional<Path> configurations = path("config_from");
        options = configurations.isPresent() ? options.withCheckpoint(model) : options;
        options = with(options, path("unet"), options::withCheckpoint);
        options = with(options, path("refiner").map(ModelSource::new), options::withRefiner);
        return new ModelSource(configurations.orElse(model), options);
    }

    private static <T> LoadOptions with(LoadOptions options, Optional<T> value, Function<T, LoadOptions> with) {
        return value.map(with).orElse(options);
    }

    private Dtype dtype(String name) {
        return switch (name) {
            case "f32" -> Dtype.F32;
            case "bf16" -> Dtype.BF16;
            case "f16" -> Dtype.F16;
            case "int8" -> Dtype.I8;
            default -> throw section("dtype").invalid("dtype", "is %s; write f32, bf16, f16 or int8".formatted(name));
        };
    }

    private Optional<Path> path(String key) {
        return text(key).map(folder::resolve);
    }

    private Optional<String> text(String key) {
        Section section = section(key);
        return section.has(key) ? Optional.of(section.text(key)) : Optional.empty();
    }

    /** Returns the section that has the key. */
    private Section section(String key) {
        boolean isSaid = own.has(key);
        defaults.has(key);
        return isSaid ? own : defaults;
    }
}
