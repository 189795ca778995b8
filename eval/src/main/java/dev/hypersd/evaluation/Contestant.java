package dev.hypersd.evaluation;

import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.preset.Preset;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.NameResolver;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.Size;
import dev.hypersd.request.TargetModel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A method in a comparison: a model, and the options by which it draws.
 *
 * @param name the name for reports; contestants of one name are one method in different numbers of steps
 * @param model the model
 * @param request everything that determines the pictures except the model, prompts and seeds
 * @param preset the preset that was applied, if any
 * @param warnings sentences about options that are likely to give bad pictures
 */
public record Contestant(
        String name, ModelSource model, ImageRequest request, Optional<Preset> preset, List<String> warnings) {
    /** The default options of a model without a preset. */
    private static final GenerationOptions WITHOUT_PRESET =
            GenerationOptions.builder().sampler("ddim").guidance(1).build();

    public Contestant {
        warnings = List.copyOf(warnings);
    }

    /**
     * Creates the contestant that draws with {@code options}. Absent options are taken from the preset of the LoRA or
     * of the model. Without a preset the sampler is DDIM and the guidance scale is 1, which is off.
     *
     * @throws dev.hypersd.error.InvalidRequestException if the options contradict each other or do not fit the model
     */
    public static Contestant of(String name, ModelSource model, GenerationOptions options, NameResolver names) {
        TargetModel target = TargetModel.of(model);
        ResolvedOptions first = options.resolve(target, names);
        ResolvedOptions resolved = first.preset().isPresent()
                ? first
                : options.over(WITHOUT_PRESET).resolve(target, names);
        return new Contestant(name, model, resolved.request(), resolved.preset(), resolved.warnings());
    }

    /** Returns the number of steps. */
    public int steps() {
        return request.steps().count();
    }

    /** Returns its name with the number of steps: {@code "Hyper-SD in 1 step"}. */
    public String title() {
        return "%s in %d step%s".formatted(name, steps(), steps() == 1 ? "" : "s");
    }

    /**
     * Returns the size of its pictures: the requested one, or that for which the model was trained.
     *
     * @throws dev.hypersd.error.InvalidFileException if the model's configurations cannot be read
     */
    public Size size() {
        Size first = request.pictureSize().orElseGet(() -> {
            int side = model.open().nativeSize();
            return new Size(side, side);
        });
        return request.hires().map(pass -> pass.enlarged(first)).orElse(first);
    }

    /** Returns the hash of everything that determines its pictures, see {@link PictureFingerprint}. */
    public String fingerprint() {
        return PictureFingerprint.of(model, request);
    }

    /** Returns the name of a folder for its results. */
    public String folder() {
        return "%s-%d".formatted(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"), steps());
    }

    /**
     * Returns a description of everything that determines its pictures, for reports; the fingerprint also covers the
     * contents of files.
     */
    @Override
    public String toString() {
        List<Integer> timesteps = request.steps().timesteps();
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
                                steps() + " steps" + (timesteps.isEmpty() ? "" : " at " + timesteps),
                                "guidance " + request.guidance().scale()))
                .flatMap(parts -> parts)
                .collect(Collectors.joining(", "));
    }
}
