package dev.hypersd.evaluation;

import dev.hypersd.preset.LoraWeight;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Steps;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A way to draw that is compared with others.
 *
 * @param name for people; several of one name are one method, each for other numbers of steps
 * @param loras laid over the model
 * @param sampler with its options
 * @param guidance scale; 1 for none
 * @param steps numbers of steps, at least one
 */
public record ComparedMethod(
        String name, List<LoraWeight> loras, Sampler sampler, double guidance, List<Integer> steps) {
    public ComparedMethod {
        loras = List.copyOf(loras);
        steps = List.copyOf(steps);
    }

    /** Asks for pictures in {@code count} steps. */
    public ImageRequest request(int count) {
        ImageRequest.Builder request =
                ImageRequest.of("").sampler(sampler).steps(Steps.of(count)).guidance(new Guidance(guidance, 0));
        loras.forEach(request::lora);
        return request.build();
    }

    /** All that decides pictures in {@code count} steps besides the model. */
    public String subject(int count) {
        return "%s, %s, %d steps, guidance %s"
                .formatted(
                        loras.isEmpty()
                                ? "no LoRA"
                                : loras.stream()
                                        .map(lora -> lora.file() + ":" + lora.weight())
                                        .collect(Collectors.joining(" + ")),
                        sampler,
                        count,
                        guidance);
    }

    /** The name of a folder. */
    public String folder(int count) {
        return "%s-%d".formatted(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"), count);
    }
}
