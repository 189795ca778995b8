package dev.hypersd.tokenizer;

import dev.hypersd.prompt.Phrase;
import dev.hypersd.prompt.PromptSyntax;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The part of a prompt that a text encoder takes at once.
 *
 * @param ids the begin token, words, the end token and padding, {@link ClipTokenizer#length} of them
 * @param weights the weight of each id; 1 for all that are not words
 */
public record Chunk(List<Integer> ids, List<Double> weights) {
    public Chunk {
        ids = List.copyOf(ids);
        weights = List.copyOf(weights);
    }

    /** Creates a chunk with weights of 1. */
    public static Chunk plain(List<Integer> ids) {
        return new Chunk(ids, Collections.nCopies(ids.size(), 1.0));
    }

    /** Tokenizes a prompt in {@link PromptSyntax#WEIGHTED}, in as many chunks as it needs, at least one. */
    public static List<Chunk> weighted(ClipTokenizer tokenizer, String prompt) {
        int room = tokenizer.length() - 2;
        List<Chunk> chunks = new ArrayList<>();
        for (List<Phrase> part : Phrase.parts(prompt)) {
            List<Integer> ids = new ArrayList<>();
            List<Double> weights = new ArrayList<>();
            for (Phrase phrase : part) {
                List<Integer> words = tokenizer.ids(phrase.text());
                ids.addAll(words);
                weights.addAll(Collections.nCopies(words.size(), phrase.weight()));
            }
            for (int from = 0; from == 0 || from < ids.size(); from += room) {
                int to = Math.min(from + room, ids.size());
                chunks.add(filled(tokenizer, ids.subList(from, to), weights.subList(from, to)));
            }
        }
        return chunks;
    }

    /** Returns whether any weight is not 1. */
    public boolean isWeighted() {
        return weights.stream().anyMatch(weight -> weight != 1);
    }

    private static Chunk filled(ClipTokenizer tokenizer, List<Integer> words, List<Double> weights) {
        List<Integer> ids = new ArrayList<>(List.of(tokenizer.begin()));
        ids.addAll(words);
        ids.add(tokenizer.end());
        ids.addAll(Collections.nCopies(tokenizer.length() - ids.size(), tokenizer.padding()));
        List<Double> all = new ArrayList<>(List.of(1.0));
        all.addAll(weights);
        all.addAll(Collections.nCopies(ids.size() - all.size(), 1.0));
        return new Chunk(ids, all);
    }
}
