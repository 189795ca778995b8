package dev.hypersd.tokenizer;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Words that stand for token ids of their own, such as those of textual inversion.
 *
 * @param byWord the ids of each word, in lower case
 * @param pattern finds the words in a text as typed, where no letter, digit or underscore is next to them
 */
record AddedWords(Map<String, List<Integer>> byWord, Pattern pattern) {
    static final AddedWords NONE = new AddedWords(Map.of(), Pattern.compile("(?!)"));

    private static final String PART = "[\\p{L}\\p{N}_]";

    static AddedWords of(Map<String, List<Integer>> words) {
        if (words.isEmpty()) {
            return NONE;
        }
        Map<String, List<Integer>> byWord = new LinkedHashMap<>();
        words.forEach((word, ids) -> byWord.put(word.toLowerCase(Locale.ROOT), List.copyOf(ids)));
        // Where two begin at the same place the longer one counts.
        String alternatives = byWord.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return new AddedWords(
                byWord,
                Pattern.compile(
                        "(?<!%s)(?:%s)(?!%s)".formatted(PART, alternatives, PART),
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
    }

    List<Integer> ids(String word) {
        return byWord.getOrDefault(word.toLowerCase(Locale.ROOT), List.of());
    }
}
