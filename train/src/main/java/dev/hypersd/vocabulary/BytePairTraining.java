package dev.hypersd.vocabulary;

import dev.hypersd.tokenizer.ByteSymbols;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Learns the merges of byte-pair encoding (Sennrich et al., 2016, algorithm 1): the most frequent pair of neighbouring
 * symbols becomes one symbol, then the next, until there are enough or no pair occurs twice.
 */
public final class BytePairTraining {
    private static final int LEAST = 2;

    /** Two neighbouring symbols. */
    private record Pair(String left, String right) implements Comparable<Pair> {
        private static final Comparator<Pair> ORDER =
                Comparator.comparing(Pair::left).thenComparing(Pair::right);

        @Override
        public int compareTo(Pair other) {
            return ORDER.compare(this, other);
        }
    }

    private final Map<List<String>, Long> words = new HashMap<>();

    private BytePairTraining(Stream<String> captions) {
        captions.flatMap(caption -> ClipTokenizer.words(caption).stream())
                .forEach(word -> words.merge(symbols(word), 1L, Long::sum));
    }

    /**
     * Returns the merges in the order in which they were learned, each as two symbols separated by a space.
     *
     * @param most the greatest number of merges
     */
    public static List<String> merges(Stream<String> captions, int most) {
        BytePairTraining training = new BytePairTraining(captions);
        List<String> merges = new ArrayList<>();
        while (merges.size() < most) {
            Optional<Pair> pair = training.mostFrequent();
            if (pair.isEmpty()) {
                break;
            }
            merges.add(pair.get().left() + " " + pair.get().right());
            training.join(pair.get());
        }
        return merges;
    }

    /** Returns the bytes of {@code word} as symbols, the last one marked as the end of a word. */
    private static List<String> symbols(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        List<String> symbols = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            symbols.add(ByteSymbols.of(bytes[i] & 255) + (i == bytes.length - 1 ? "</w>" : ""));
        }
        return symbols;
    }

    /**
     * Returns the most frequent pair; the first in alphabetical order of several, so that the result is always the
     * same.
     */
    private Optional<Pair> mostFrequent() {
        Map<Pair, Long> counts = new HashMap<>();
        words.forEach((symbols, count) -> {
            for (int i = 1; i < symbols.size(); i++) {
                counts.merge(new Pair(symbols.get(i - 1), symbols.get(i)), count, Long::sum);
            }
        });
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= LEAST)
                .max(Map.Entry.<Pair, Long>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .map(Map.Entry::getKey);
    }

    private void join(Pair pair) {
        Map<List<String>, Long> joined = new HashMap<>();
        words.forEach((symbols, count) -> joined.merge(join(symbols, pair), count, Long::sum));
        words.clear();
        words.putAll(joined);
    }

    private static List<String> join(List<String> symbols, Pair pair) {
        List<String> joined = new ArrayList<>();
        for (String symbol : symbols) {
            if (!joined.isEmpty() && joined.getLast().equals(pair.left()) && symbol.equals(pair.right())) {
                joined.set(joined.size() - 1, pair.left() + pair.right());
            } else {
                joined.add(symbol);
            }
        }
        return joined;
    }
}
