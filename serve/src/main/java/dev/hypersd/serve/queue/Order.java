package dev.hypersd.serve.queue;

import dev.hypersd.model.ModelSource;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.Size;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.registry.ModelRegistry;
import java.util.List;
import java.util.stream.Stream;

/**
 * A request that is within the limits, and the model that it is for.
 *
 * @param model where it is
 * @param request what to draw
 */
record Order(ModelSource model, ImageRequest request) {
    private static final int MOST_LORAS = 8;
    private static final int MOST_CONTROLS = 2;

    /**
     * What {@code options} amount to. Unless they say otherwise, their steps are those that are taken of an original
     * picture: clients that ask few-step models for so many steps need every one of them.
     *
     * @param model the name of the model to use where the options name none
     * @throws ApiException if they name what is not there, or ask for more than {@code limits} allow
     * @throws dev.hypersd.error.InvalidRequestException if they make no sense
     */
    static Order of(GenerationOptions options, String model, ModelRegistry registry, Limits limits) {
        check(options, limits.generation());
        String name = options.get(Option.MODEL).orElse(model);
        GenerationOptions counted = options.has(Option.EXACT_STEPS)
                ? options
                : options.toBuilder().set(Option.EXACT_STEPS, true).build();
        Order order = new Order(
                registry.model(name),
                counted.resolve(registry.target(name), registry).request());
        check(order.request, limits.generation());
        return order;
    }

    /** Whether both can be drawn in one batch. */
    boolean joins(Order other) {
        return model.equals(other.model()) && request.joins(other.request());
    }

    /** What has to be checked before anything is made of the options. */
    private static void check(GenerationOptions options, Limits.Generation limits) {
        for (Option<String> text :
                List.of(Option.PROMPT, Option.NEGATIVE_PROMPT, Option.PROMPT_2, Option.NEGATIVE_PROMPT_2)) {
            String kind = text.key().replace("_2", "").replace('_', ' ');
            atMost(
                    options.get(text).map(String::length).orElse(0),
                    limits.maxPromptLength(),
                    "a " + kind + " of %d characters");
        }
        atMost(options.get(Option.LORAS).map(List<LoraReference>::size).orElse(0), MOST_LORAS, "%d LoRAs");
        atMost(options.get(Option.CONTROLS).map(List::size).orElse(0), MOST_CONTROLS, "%d ControlNets");
        int steps = options.get(Option.STEPS)
                .or(() -> options.get(Option.TIMESTEPS).map(List::size))
                .orElse(1);
        atLeastOne(steps, "%d steps");
        atMost(steps, limits.maxSteps(), "%d steps");
        int count = options.get(Option.COUNT).orElse(1);
        atLeastOne(count, "%d pictures");
        atMost(count, limits.maxImages(), "%d pictures at once");
        options.get(Option.EXTEND)
                .ifPresent(sides -> sides.forEach(side -> atMost(side, limits.maxSide(), "an extension of %d pixels")));
    }

    private static void check(ImageRequest request, Limits.Generation limits) {
        if (request.hires().isPresent() && request.pictureSize().isEmpty()) {
            throw new ApiException(
                    ErrorCode.MALFORMED, "%s needs %s, for what is enlarged".formatted(Option.HIRES, Option.SIZE));
        }
        Stream<Size> given = request.pictureSize().stream();
        given.map(size -> request.hires().map(pass -> pass.enlarged(size)).orElse(size))
                .forEach(size -> {
                    atMost(size.width(), limits.maxSide(), "a width of %d pixels");
                    atMost(size.height(), limits.maxSide(), "a height of %d pixels");
                });
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
