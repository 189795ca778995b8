package dev.hypersd.evaluation;

import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.Prompt;
import dev.hypersd.scene.Caption;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A prompt that models are tested with.
 *
 * @param number its place in its {@link PromptSet}, from 0; for a scene its number in the test split
 * @param options the prompt, and optionally a negative prompt, texts for SDXL's second encoder and a seed
 * @param scene the attributes that its picture should show, for captions of test scenes
 * @param image the file name of the picture that it describes, if known
 */
public record TestPrompt(long number, GenerationOptions options, Optional<Scene> scene, Optional<String> image) {
    /** The options that a prompt may have; all others are those of the contestant. */
    static final List<Option<?>> COUNTED =
            List.of(Option.PROMPT, Option.NEGATIVE_PROMPT, Option.PROMPT_2, Option.NEGATIVE_PROMPT_2, Option.SEED);

    /**
     * The attributes that the picture of a scene's caption should show.
     *
     * @param attributes the attributes that the caption names
     * @param heldOut whether it has a combination of kind and colour that no training picture shows
     */
    public record Scene(CaptionAttributes attributes, boolean heldOut) {}

    /** Returns the captions with the numbers {@code from} to {@code from + count - 1} of the test split. */
    public static List<TestPrompt> range(long from, int count) {
        Scenes scenes = Scenes.of(Split.TEST, from + count);
        return LongStream.range(from, from + count)
                .mapToObj(number -> {
                    Caption caption = scenes.caption(number);
                    return new TestPrompt(
                            number,
                            GenerationOptions.of(caption.text()),
                            Optional.of(new Scene(
                                    caption.attributes(), scenes.scene(number).heldOut())),
                            Optional.empty());
                })
                .toList();
    }

    /** Returns the text of the prompt, by which the picture is drawn and judged. */
    public String text() {
        return options.get(Option.PROMPT).orElseThrow();
    }

    /** Returns its own seed or, without one, its number, which is added to the seed of a run. */
    long seed() {
        return options.get(Option.SEED).orElse(number);
    }

    /** Returns this prompt with absent texts taken from {@code blank}. */
    Prompt over(Prompt blank) {
        return new Prompt(
                text(),
                options.get(Option.NEGATIVE_PROMPT).or(blank::negative),
                options.get(Option.PROMPT_2),
                options.get(Option.NEGATIVE_PROMPT_2).or(blank::secondNegative));
    }
}
