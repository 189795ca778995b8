package dev.hypersd.serve.queue;

import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.request.Control;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.registry.ModelRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A wish in terms of files: which model, and what it is to draw.
 *
 * @param name of the model
 * @param model where it is
 * @param request what to draw
 */
public record Order(String name, ModelSource model, ImageRequest request) {
    /** What models that are not distilled and have no preset usually need. */
    private static final int USUAL_STEPS = 25;

    private static final double USUAL_GUIDANCE = 7.5;
    private static final int MOST_LORAS = 8;

    /**
     * What {@code wish} amounts to.
     *
     * @param model the name of the model to use where the wish names none
     * @throws ApiException if it names what is not there, or asks for more than {@code limits} allow
     * @throws dev.hypersd.error.InvalidRequestException if it makes no sense
     */
    public static Order of(Wish wish, String model, ModelRegistry registry, Limits limits) {
        check(wish, limits.generation());
        String name = wish.model().orElse(model);
        ModelSource source = registry.model(name);
        List<LoraWeight> loras = wish.loras()
                .map(named -> named.stream()
                        .map(lora -> new LoraWeight(registry.lora(lora.name()), lora.weight()))
                        .toList())
                .orElseGet(() -> name.equals(registry.defaultName()) ? registry.defaultLoras() : List.of());
        Optional<Preset> preset = preset(loras, source);
        ImageRequest.Builder request =
                ImageRequest.of(new Prompt(wish.prompt(), wish.negative(), Optional.empty(), Optional.empty()));
        preset.ifPresent(request::preset);
        loras.forEach(request::lora);
        if (name.equals(registry.defaultName())) {
            registry.defaultWords().forEach(request::word);
        }
        sampler(wish, preset).ifPresent(request::sampler);
        double guidance =
                wish.guidance().orElseGet(() -> preset.map(Preset::guidance).orElse(USUAL_GUIDANCE));
        request.guidance(Guidance.of(guidance)).imagesPerPrompt(wish.count()).seed(wish.seed());
        Steps steps = wish.steps().isPresent()
                ? Steps.of(wish.steps().getAsInt())
                : preset.map(Preset::steps).orElse(Steps.of(USUAL_STEPS));
        wish.original()
                .ifPresentOrElse(
                        original -> request.original(original)
                                .steps(within(steps.count(), wish.strength()))
                                .strength(wish.strength()),
                        () -> request.steps(steps));
        wish.size().ifPresent(size -> request.size(size.width(), size.height()));
        wish.control()
                .ifPresent(control -> request.control(Control.of(registry.controlNet(control.name()), control.picture())
                        .withScale(control.scale())));
        return new Order(name, source, request.build());
    }

    /** Whether both can be drawn in one batch. */
    boolean joins(Order other) {
        return model.equals(other.model()) && request.joins(other.request());
    }

    /** How a model wants to be sampled with LoRAs over it, if that is known. */
    public static Optional<Preset> preset(List<LoraWeight> loras, ModelSource model) {
        Stream<Path> files = Stream.of(
                        loras.stream().map(LoraWeight::file),
                        model.options().checkpoints().stream(),
                        Stream.of(model.directory()))
                .flatMap(s -> s);
        return files.flatMap(file -> Presets.forFile(file).stream()).findFirst();
    }

    private static Optional<Sampler> sampler(Wish wish, Optional<Preset> preset) {
        Optional<Sampler> base = wish.sampler().map(Samplers::named).or(() -> preset.map(Preset::sampler));
        return wish.eta().isEmpty()
                ? base
                : base.or(() -> Optional.of(Samplers.named("tcd")))
                        .map(sampler -> sampler.withEta(wish.eta().getAsDouble()));
    }

    /**
     * So many steps that {@code taken} of them lie in the last part of the way: few-step models need every one that is
     * asked for.
     */
    private static int within(int taken, double strength) {
        return strength > 0 && strength <= 1 ? (int) Math.ceil(taken / strength - 1e-9) : taken;
    }

    private static void check(Wish wish, Limits.Generation limits) {
        atMost(wish.prompt().length(), limits.maxPromptLength(), "a prompt of %d characters");
        atMost(
                wish.negative().map(String::length).orElse(0),
                limits.maxPromptLength(),
                "a negative prompt of %d characters");
        atMost(wish.loras().map(List::size).orElse(0), MOST_LORAS, "%d LoRAs");
        atLeastOne(wish.steps().orElse(1), "%d steps");
        atMost(wish.steps().orElse(1), limits.maxSteps(), "%d steps");
        atLeastOne(wish.count(), "%d pictures");
        atMost(wish.count(), limits.maxImages(), "%d pictures at once");
        int width = wish.size()
                .map(Size::width)
                .or(() -> wish.original().map(o -> o.picture().width()))
                .orElse(1);
        int height = wish.size()
                .map(Size::height)
                .or(() -> wish.original().map(o -> o.picture().height()))
                .orElse(1);
        atMost(width, limits.maxSide(), "a width of %d pixels");
        atMost(height, limits.maxSide(), "a height of %d pixels");
    }

    private static void atLeastOne(int value, String asked) {
        if (value < 1) {
            throw new ApiException(ErrorCode.MALFORMED, asked.formatted(value) + " cannot be: 1 is the least");
        }
    }

    private static void atMost(int value, int most, String asked) {
        if (value > most) {
            throw new ApiException(
                    ErrorCode.MALFORMED,
                    asked.formatted(value) + " is more than this server allows: " + most + " is the most");
        }
    }
}
