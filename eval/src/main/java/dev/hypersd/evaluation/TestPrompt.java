package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.scene.Caption;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * A prompt of the test split, with what its picture should show.
 *
 * @param number its number in the test split
 * @param attributes the attributes that the prompt names
 * @param heldOut whether it has a combination of kind and colour that no training picture shows
 */
public record TestPrompt(long number, String text, CaptionAttributes attributes, boolean heldOut) {
    private static final Pattern NAMED = Pattern.compile("test:([1-9]\\d{0,6})");

    /** Returns the prompts with the numbers {@code from} to {@code from + count - 1} of the test split. */
    public static List<TestPrompt> range(long from, int count) {
        Scenes scenes = Scenes.of(Split.TEST, from + count);
        return LongStream.range(from, from + count)
                .mapToObj(number -> {
                    Caption caption = scenes.caption(number);
                    return new TestPrompt(
                            number,
                            caption.text(),
                            caption.attributes(),
                            scenes.scene(number).heldOut());
                })
                .toList();
    }

    /**
     * Returns the prompts that a text like {@code test:1000} names: the first thousand of the test split.
     *
     * @throws InvalidRequestException if it is another text
     */
    public static List<TestPrompt> named(String text) {
        Matcher matcher = NAMED.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidRequestException(
                    "\"%s\" names no test prompts; write test: and how many, for example test:1000".formatted(text));
        }
        return range(0, Integer.parseInt(matcher.group(1)));
    }
}
