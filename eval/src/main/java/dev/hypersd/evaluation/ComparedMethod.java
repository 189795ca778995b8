package dev.hypersd.evaluation;

import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.NameResolver;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.TargetModel;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A way to draw that is compared with others.
 *
 * @param name for people; several of one name are one method, each for other numbers of steps
 * @param options what is said of its pictures, apart from steps, prompts and seeds
 * @param steps numbers of steps, at least one
 */
public record ComparedMethod(String name, GenerationOptions options, List<Integer> steps) {
    private static final GenerationOptions WITHOUT_PRESET =
            GenerationOptions.builder().sampler("ddim").build();

    public ComparedMethod {
        steps = List.copyOf(steps);
    }

    /**
     * Asks {@code model} for pictures in {@code count} steps. A sampler that is not said is the preset's, or DDIM where
     * there is no preset.
     *
     * @throws dev.hypersd.error.InvalidRequestException if the options make no sense
     */
    public ResolvedOptions resolve(int count, TargetModel model) {
        GenerationOptions wanted = options.toBuilder().steps(count).build();
        ResolvedOptions resolved = wanted.resolve(model, NameResolver.FILES);
        return resolved.preset().isPresent()
                ? resolved
                : wanted.over(WITHOUT_PRESET).resolve(model, NameResolver.FILES);
    }

    /** What decides the pictures of {@code request} besides the model, for people. */
    public static String subject(ImageRequest request) {
        return "%s, %s, %d steps, guidance %s"
                .formatted(
                        request.loras().isEmpty()
                                ? "no LoRA"
                                : request.loras().stream()
                                        .map(lora -> lora.file() + ":" + lora.weight())
                                        .collect(Collectors.joining(" + ")),
                        request.sampler().orElseThrow(),
                        request.steps().count(),
                        request.guidance().scale());
    }

    /** Returns the name of a folder. */
    public String folder(int count) {
        return "%s-%d".formatted(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"), count);
    }
}
