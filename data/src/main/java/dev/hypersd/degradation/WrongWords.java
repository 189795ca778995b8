package dev.hypersd.degradation;

import dev.hypersd.scene.Choice;
import dev.hypersd.scene.Colour;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes captions wrong by one word. */
public final class WrongWords {
    private static final Pattern COLOUR_WORD = Pattern.compile(
            Arrays.stream(Colour.values()).map(Colour::word).collect(Collectors.joining("|", "\\b(?:", ")\\b")));

    private WrongWords() {}

    /**
     * The caption with its first two colours exchanged or, where it has not two different ones, with another colour in place of the first.
     *
     * @param caption that names at least one colour
     * @throws IllegalArgumentException if it names none
     */
    public static String colours(String caption, Choice choice) {
        List<String> said = COLOUR_WORD
                .matcher(caption)
                .results()
                .map(match -> match.group())
                .distinct()
                .toList();
        if (said.isEmpty()) {
            throw new IllegalArgumentException("\"" + caption + "\" names no colour that could be wrong");
        }
        if (said.size() > 1) {
            return exchange(caption, said.getFirst(), said.get(1));
        }
        List<String> others = Arrays.stream(Colour.values())
                .map(Colour::word)
                .filter(word -> !word.equals(said.getFirst()))
                .toList();
        return COLOUR_WORD.matcher(caption).replaceAll(choice.of(others));
    }

    private static String exchange(String caption, String one, String other) {
        return COLOUR_WORD.matcher(caption).replaceAll(match -> {
            String word = match.group();
            return word.equals(one) ? other : word.equals(other) ? one : word;
        });
    }
}
