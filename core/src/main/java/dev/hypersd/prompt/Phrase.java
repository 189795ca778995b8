package dev.hypersd.prompt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a prompt with one weight.
 *
 * @param text the text to be tokenized
 * @param weight the weight; 1 is normal
 */
public record Phrase(String text, double weight) {
    private static final double STRONGER = 1.1;

    /** An escaped character, a bracket, a weight with its closing bracket, or text. */
    private static final Pattern SYMBOL = Pattern.compile(
            "\\\\[()\\[\\]\\\\]|[(\\[\\])]|:\\s*([+-]?(?:\\d+\\.?\\d*|\\.\\d+))\\s*\\)|[^\\\\()\\[\\]:]+|.",
            Pattern.DOTALL);

    private static final Pattern BREAK = Pattern.compile("\\s*\\bBREAK\\b\\s*");

    /**
     * Splits {@code prompt} in the syntax {@link PromptSyntax#WEIGHTED} into parts, separated by {@code BREAK}, of
     * weighted phrases. Brackets that are never closed extend to the end, and closing brackets without an opening one
     * are text. There is at least one part, and neighbouring phrases of one weight are joined.
     */
    public static List<List<Phrase>> parts(String prompt) {
        List<List<Phrase>> parts = new ArrayList<>(List.of(new ArrayList<>()));
        for (Phrase phrase : weighted(prompt)) {
            String[] texts = BREAK.split(phrase.text, -1);
            for (int i = 0; i < texts.length; i++) {
                if (i > 0) {
                    parts.add(new ArrayList<>());
                }
                if (!texts[i].isEmpty()) {
                    parts.getLast().add(new Phrase(texts[i], phrase.weight));
                }
            }
        }
        return parts.stream().map(List::copyOf).toList();
    }

    private static List<Phrase> weighted(String prompt) {
        List<Phrase> phrases = new ArrayList<>();
        Deque<Integer> round = new ArrayDeque<>();
        Deque<Integer> square = new ArrayDeque<>();
        Matcher symbols = SYMBOL.matcher(prompt);
        while (symbols.find()) {
            String symbol = symbols.group();
            if (symbol.equals("(")) {
                round.push(phrases.size());
            } else if (symbol.equals("[")) {
                square.push(phrases.size());
            } else if (symbols.group(1) != null && !round.isEmpty()) {
                weigh(phrases, round.pop(), Double.parseDouble(symbols.group(1)));
            } else if (symbol.equals(")") && !round.isEmpty()) {
                weigh(phrases, round.pop(), STRONGER);
            } else if (symbol.equals("]") && !square.isEmpty()) {
                weigh(phrases, square.pop(), 1 / STRONGER);
            } else {
                boolean escaped = symbol.length() == 2 && symbol.charAt(0) == '\\';
                phrases.add(new Phrase(escaped ? symbol.substring(1) : symbol, 1));
            }
        }
        round.forEach(from -> weigh(phrases, from, STRONGER));
        square.forEach(from -> weigh(phrases, from, 1 / STRONGER));
        return joined(phrases);
    }

    private static void weigh(List<Phrase> phrases, int from, double factor) {
        phrases.subList(from, phrases.size()).replaceAll(p -> new Phrase(p.text, p.weight * factor));
    }

    private static List<Phrase> joined(List<Phrase> phrases) {
        List<Phrase> joined = new ArrayList<>();
        for (Phrase phrase : phrases) {
            if (!joined.isEmpty() && joined.getLast().weight == phrase.weight) {
                joined.add(new Phrase(joined.removeLast().text + phrase.text, phrase.weight));
            } else {
                joined.add(phrase);
            }
        }
        return joined;
    }
}
