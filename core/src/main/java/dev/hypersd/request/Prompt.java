package dev.hypersd.request;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What to draw and what to stay away from.
 *
 * @param text the prompt
 * @param negative the negative prompt; used only where guidance is on. Absent is not the same as {@code ""}: SDXL
 *     answers an absent one with zeros and encodes an empty one
 * @param secondText the prompt for SDXL's second text encoder; absent means the first one
 * @param secondNegative the negative prompt for SDXL's second text encoder; absent means the first one
 */
public record Prompt(
        String text, Optional<String> negative, Optional<String> secondText, Optional<String> secondNegative) {
    /** Returns a prompt without a negative one. */
    public static Prompt of(String text) {
        return new Prompt(text, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Another text with the same negative prompt; nothing of its own for SDXL's second text encoder. */
    public Prompt withText(String other) {
        return new Prompt(other, negative, Optional.empty(), secondNegative);
    }

    /** Returns the same prompt with every text as {@code change} makes it. */
    public Prompt map(UnaryOperator<String> change) {
        return new Prompt(change.apply(text), negative.map(change), secondText.map(change), secondNegative.map(change));
    }

    /** Returns the same prompt with {@code negative} as its negative prompt. */
    public Prompt withNegative(String negative) {
        return new Prompt(text, Optional.of(negative), secondText, secondNegative);
    }
}
