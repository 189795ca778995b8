package dev.hypersd.request;

import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A prompt and its negative prompt.
 *
 * @param text the prompt
 * @param negative the negative prompt, used only where guidance is on. An absent one is not the same as {@code ""}:
 *     SDXL uses zeros for the first and encodes the second
 * @param secondText the prompt for SDXL's second text encoder; if empty, {@code text}
 * @param secondNegative the negative prompt for SDXL's second text encoder; if empty, {@code negative}
 */
public record Prompt(
        String text, Optional<String> negative, Optional<String> secondText, Optional<String> secondNegative) {
    /** Creates a prompt without a negative prompt. */
    public static Prompt of(String text) {
        return new Prompt(text, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Creates a prompt of another text with the same negative prompt, for both of SDXL's text encoders. */
    public Prompt withText(String other) {
        return new Prompt(other, negative, Optional.empty(), secondNegative);
    }

    /** Returns whether {@code word} occurs in one of the texts, in any letter case. */
    public boolean mentions(String word) {
        String wanted = word.toLowerCase(Locale.ROOT);
        return Stream.of(Optional.of(text), negative, secondText, secondNegative)
                .flatMap(Optional::stream)
                .anyMatch(some -> some.toLowerCase(Locale.ROOT).contains(wanted));
    }

    /** Returns this prompt with every text changed by {@code change}. */
    public Prompt map(UnaryOperator<String> change) {
        return new Prompt(change.apply(text), negative.map(change), secondText.map(change), secondNegative.map(change));
    }

    /** Returns this prompt with another negative prompt. */
    public Prompt withNegative(String negative) {
        return new Prompt(text, Optional.of(negative), secondText, secondNegative);
    }
}
