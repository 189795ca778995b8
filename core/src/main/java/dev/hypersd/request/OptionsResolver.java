package dev.hypersd.request;

import static java.util.function.Predicate.not;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import dev.hypersd.preset.Alphas;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.preset.LoraWeight.Fit;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes requests from options. This is the only place where presets are chosen and defaults are applied.
 *
 * <p>An option that is given is used. Otherwise its value comes from the preset, which is named or found by the file
 * names of the LoRAs and of the model. Without a preset, defaults such as {@link #DEFAULT_STEPS} apply, which suit
 * models that are not distilled.
 */
final class OptionsResolver {
    private static final int DEFAULT_STEPS = 25;
    private static final double DEFAULT_GUIDANCE = 7.5;
    private static final double DEFAULT_STRENGTH = 0.75;

    /**
     * The default strength with a mask or an extension, where the redrawn area should not depend on what was there
     * before.
     */
    private static final double DEFAULT_INPAINTING_STRENGTH = 1;

    private static final double DEFAULT_HIRES_STRENGTH = 0.5;
    private static final String DEFAULT_ETA_SAMPLER = "tcd";

    private final GenerationOptions options;
    private final TargetModel model;
    private final NameResolver names;
    private final List<LoraReference> taggedLoras;
    private final List<String> warnings;

    OptionsResolver(GenerationOptions options, TargetModel model, NameResolver names) {
        TaggedPrompts prompts = TaggedPrompts.of(options, names);
        this.options = prompts.options();
        this.taggedLoras = prompts.loras();
        this.warnings = new ArrayList<>(prompts.warnings());
        this.model = model;
        this.names = names;
    }

    ResolvedOptions resolve() {
        List<LoraWeight> loras = loras();
        Optional<Preset> preset = preset(loras);
        InputPictures pictures = new InputPictures(options, names, warnings);
        Optional<Original> original = pictures.original();
        Guidance guidance = new Guidance(
                options.get(Option.GUIDANCE)
                        .orElseGet(() -> preset.map(Preset::guidance).orElse(DEFAULT_GUIDANCE)),
                options.get(Option.GUIDANCE_RESCALE).orElse(0.0));
        ImageRequest.Builder request = ImageRequest.of(prompt())
                .syntax(options.get(Option.PROMPT_SYNTAX).orElse(PromptSyntax.PLAIN))
                .imagesPerPrompt(options.get(Option.COUNT).orElse(1))
                .seed(options.get(Option.SEED).orElse(0L))
                .clipSkip(options.get(Option.CLIP_SKIP).orElse(0))
                .guidance(guidance)
                .steps(steps(preset, original));
        sampler(preset).ifPresent(request::sampler);
        options.get(Option.PREDICTION)
                .or(() -> preset.flatMap(Preset::prediction))
                .ifPresent(request::prediction);
        original.ifPresent(request::original);
        options.get(Option.SIZE).ifPresent(size -> request.size(size.width(), size.height()));
        loras.forEach(request::lora);
        embeddings().forEach(request::word);
        pictures.controls().forEach(request::control);
        hires().ifPresent(request::hires);
        refinerSwitch().ifPresent(request::refinerSwitch);
        if (options.get(Option.TILED).orElse(false)) {
            request.tiled();
        }
        request.build().seeds(); // Refuses those beyond the last.
        microConditioning(request.build()).ifPresent(request::microConditioning);
        warn(preset, guidance);
        return new ResolvedOptions(request.build(), preset, warnings);
    }

    private Prompt prompt() {
        return new Prompt(
                options.get(Option.PROMPT).orElse(""),
                options.get(Option.NEGATIVE_PROMPT),
                options.get(Option.PROMPT_2),
                options.get(Option.NEGATIVE_PROMPT_2));
    }

    private List<LoraWeight> loras() {
        Fit fit = options.get(Option.LORA_PARTIAL).orElse(false) ? Fit.PARTIAL : Fit.WHOLE;
        Alphas alphas = options.get(Option.LORA_ALPHAS).orElse(Alphas.OWN);
        Stream<LoraWeight> named = options.get(Option.LORAS).orElse(model.loras()).stream()
                .map(lora ->
                        new LoraWeight(names.lora(lora.name()), lora.weight().orElse(1), fit, alphas));
        Stream<LoraWeight> tagged = taggedLoras.stream()
                .map(lora -> new LoraWeight(
                        names.findLora(lora.name()).orElseThrow(), lora.weight().orElse(1), fit, alphas));
        return Stream.concat(named, tagged).toList();
    }

    private Optional<Preset> preset(List<LoraWeight> loras) {
        if (options.has(Option.PRESET)) {
            return options.get(Option.PRESET)
                    .filter(not(References.NONE::equals))
                    .map(Presets::named);
        }
        return loras.stream()
                .flatMap(lora -> Presets.forFile(lora.file()).stream())
                .findFirst()
                .or(model::preset);
    }

    /**
     * Returns the sampler. If it is the preset's own, it keeps the preset's settings, such as eta, also where the
     * options name it.
     */
    private Optional<Sampler> sampler(Optional<Preset> preset) {
        Optional<Sampler> own = preset.map(Preset::sampler);
        Optional<Sampler> chosen = options.get(Option.SAMPLER)
                .map(name -> own.filter(sampler -> sampler.name().equals(name)).orElseGet(() -> sampler(name)))
                .or(() -> own);
        return options.has(Option.ETA)
                ? chosen.or(() -> Optional.of(Samplers.named(DEFAULT_ETA_SAMPLER)))
                        .map(sampler -> sampler.withEta(options.get(Option.ETA).orElseThrow()))
                : chosen;
    }

    private static Sampler sampler(String name) {
        if (!Samplers.names().contains(name)) {
            throw new InvalidRequestException("there is no sampler \"%s\"; did you mean %s? Choose one with %s: %s"
                    .formatted(
                            name,
                            Nearest.of(name, Samplers.names()),
                            Option.SAMPLER,
                            String.join(", ", Samplers.names())));
        }
        return Samplers.named(name);
    }

    /**
     * Returns the steps. The timesteps of a preset are used whenever the requested number of steps is that of the
     * preset.
     */
    private Steps steps(Optional<Preset> preset, Optional<Original> original) {
        if (options.has(Option.STEPS) && options.has(Option.TIMESTEPS)) {
            throw new InvalidRequestException("%s and %s both set the number of steps: give one of them"
                    .formatted(Option.STEPS, Option.TIMESTEPS));
        }
        Optional<Steps> timesteps = options.get(Option.TIMESTEPS)
                .map(chosen ->
                        Steps.at(chosen.stream().mapToInt(Integer::intValue).toArray()));
        Steps whole = timesteps.orElseGet(() -> options.get(Option.STEPS)
                .filter(count -> preset.map(p -> p.steps().count() != count).orElse(true))
                .map(Steps::of)
                .orElseGet(() -> preset.map(Preset::steps).orElse(Steps.of(DEFAULT_STEPS))));
        if (original.isEmpty()) {
            return whole;
        }
        double strength = options.get(Option.STRENGTH)
                .orElse(original.get().mask().isPresent() ? DEFAULT_INPAINTING_STRENGTH : DEFAULT_STRENGTH);
        boolean exact = options.get(Option.EXACT_STEPS).orElse(false) && timesteps.isEmpty();
        return exact && strength > 0 && strength < 1
                ? Steps.of((int) Math.ceil(whole.count() / strength - 1e-9)).withStrength(strength)
                : whole.withStrength(strength);
    }

    private List<LearnedWord> embeddings() {
        Stream<LearnedWord> own = options.get(Option.EMBEDDINGS).orElse(List.of()).stream()
                .map(embedding -> {
                    Path file = names.embedding(embedding.name());
                    return embedding
                            .word()
                            .map(word -> new LearnedWord(word, file))
                            .orElseGet(() -> LearnedWord.of(file));
                });
        return Stream.concat(own, model.embeddings().stream()).distinct().toList();
    }

    private Optional<HiresPass> hires() {
        if (options.has(Option.HIRES_STRENGTH) && !options.has(Option.HIRES)) {
            throw new InvalidRequestException(
                    "%s needs a second pass: choose it with %s".formatted(Option.HIRES_STRENGTH, Option.HIRES));
        }
        return options.get(Option.HIRES)
                .map(factor ->
                        new HiresPass(factor, options.get(Option.HIRES_STRENGTH).orElse(DEFAULT_HIRES_STRENGTH)));
    }

    private Optional<RefinerSwitch> refinerSwitch() {
        Optional<Double> from = options.get(Option.REFINER_FROM);
        if (from.filter(share -> share == 1).isPresent()) {
            return Optional.empty();
        }
        if (from.isPresent() && !model.hasRefiner()) {
            throw new InvalidRequestException(
                    "%s lets a refiner draw the last steps, and %s was loaded without one: name it with --refiner"
                            .formatted(Option.REFINER_FROM, model.name()));
        }
        return model.hasRefiner()
                ? Optional.of(from.map(RefinerSwitch::new).orElse(RefinerSwitch.USUAL))
                : Optional.empty();
    }

    private Optional<MicroConditioning> microConditioning(ImageRequest request) {
        if (Stream.of(Option.ORIGINAL_SIZE, Option.CROP, Option.TARGET_SIZE).noneMatch(options::has)) {
            return Optional.empty();
        }
        Size size = request.pictureSize()
                .or(model::nativeSize)
                .orElseThrow(
                        () -> new InvalidRequestException("%s, %s and %s need the size of the picture: set it with %s"
                                .formatted(Option.ORIGINAL_SIZE, Option.CROP, Option.TARGET_SIZE, Option.SIZE)));
        List<Integer> whole = List.of(size.width(), size.height());
        List<Integer> from =
                numbers(Option.ORIGINAL_SIZE, options.get(Option.ORIGINAL_SIZE).orElse(whole), 2);
        List<Integer> crop = numbers(Option.CROP, options.get(Option.CROP).orElse(List.of(0, 0)), 2);
        List<Integer> target =
                numbers(Option.TARGET_SIZE, options.get(Option.TARGET_SIZE).orElse(whole), 2);
        return Optional.of(MicroConditioning.of(
                new Framing(from.get(1), from.get(0), crop.get(0), crop.get(1), target.get(1), target.get(0))));
    }

    /** Checks how many numbers were found. */
    static List<Integer> numbers(Option<?> option, List<Integer> found, int count) {
        if (found.size() != count) {
            throw new InvalidRequestException(
                    "%s takes %d numbers, %s, not %d".formatted(option, count, option.label(), found.size()));
        }
        return found;
    }

    private void warn(Optional<Preset> preset, Guidance guidance) {
        options.get(Option.MODEL)
                .filter(name -> !name.equals(model.name()))
                .ifPresent(name -> warnings.add(
                        "these options are for the model %s, and it is %s that draws".formatted(name, model.name())));
        int steps = options.get(Option.STEPS)
                .or(() -> options.get(Option.TIMESTEPS).map(List::size))
                .or(() -> preset.map(p -> p.steps().count()))
                .orElse(DEFAULT_STEPS);
        preset.ifPresent(p -> warnings.addAll(p.warnings(steps, guidance.scale())));
        if (options.has(Option.NEGATIVE_PROMPT) && !guidance.isOn()) {
            warnings.add("the negative prompt has no effect: guidance is off");
        }
    }
}
