package dev.hypersd.evaluation;

import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.preset.Preset;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.NameResolver;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.TargetModel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A way to draw that is compared with others: a model, and what is asked of it.
 *
 * @param name for people; several of one name are one method in different numbers of steps
 * @param model what draws
 * @param request all that decides the pictures besides the model, apart from prompts and seeds
 * @param preset how the model or its LoRA is sampled where nothing is said, if that is known
 * @param warnings what speaks against the request, in full sentences
 */
public record Contestant(
        String name, ModelSource model, ImageRequest request, Optional<Preset> preset, List<String> warnings) {
    /** What is asked of a model without a preset where nothing is said. */
    private static final GenerationOptions WITHOUT_PRESET =
            GenerationOptions.builder().sampler("ddim").guidance(1).build();

    public Contestant {
        warnings = List.copyOf(warnings);
    }

    /**
     * Returns the contestant that draws as {@code options} say. What they leave open is as the preset of the LoRA or of the
     * model has it; without a preset sampler and guidance are DDIM and 1, which is off.
     *
     * @throws dev.hypersd.error.InvalidRequestException if the options make no sense
     */
    public static Contestant of(String name, ModelSource model, GenerationOptions options, NameResolver names) {
        TargetModel target = TargetModel.of(model);
        ResolvedOptions first = options.resolve(target, names);
        ResolvedOptions resolved = first.preset().isPresent()
                ? first
                : options.over(WITHOUT_PRESET).resolve(target, names);
        return new Contestant(name, model, resolved.request(), resolved.preset(), resolved.warnings());
    }

    /** Returns how many steps it takes. */
    public int steps() {
        return request.steps().count();
    }

    /** Tells its pictures from those of all others, see {@link PictureFingerprint}. */
    public String fingerprint() {
        return PictureFingerprint.of(model, request);
    }

    /** Returns the name of a folder for its results. */
    public String folder() {
        return "%s-%d".formatted(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"), steps());
    }

    /** Returns everything that is said of its pictures, for people; the fingerprint has the contents of the files too. */
    @Override
    public String toString() {
        return Stream.of(
                        Stream.of(model.location().toString()),
                        model.options().checkpoints().stream().map(String::valueOf),
                        model.options().autoencoder().stream().map(String::valueOf),
                        request.loras().stream().map(lora -> lora.file() + ":" + lora.weight()),
                        request.sampler().stream().map(String::valueOf),
                        request.size().stream().map(String::valueOf),
                        request.promptOf(0).negative().stream().map(negative -> "not " + negative),
                        request.clipSkip() == 0 ? Stream.<String>empty() : Stream.of("clip skip " + request.clipSkip()),
                        Stream.of(
                                steps() + " steps",
                                "guidance " + request.guidance().scale()))
                .flatMap(parts -> parts)
                .collect(Collectors.joining(", "));
    }
}
