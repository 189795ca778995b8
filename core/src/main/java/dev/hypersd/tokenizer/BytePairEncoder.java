package dev.hypersd.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding (Sennrich et al., 2016) of one word: its UTF-8 bytes are the first symbols. Of all neighbours that
 * have a merge, the one that was learned first is applied, the leftmost first, until none is left.
 *
 * <p>The last byte of a word is another symbol than the same byte inside it, which is the effect of {@code </w>}. The
 * time is O(n log n) in the length of the word, so that a prompt of one endless word cannot keep a server busy.
 */
final class BytePairEncoder {
    /** Two neighbouring symbols. */
    record Pair(int left, int right) {}

    /** The symbol that replaces a pair. Merges of lower ranks were learned first and are applied first. */
    record Merge(int rank, int symbol) {}

    private static final int NONE = -1;

    private final int[] inner;
    private final int[] last;
    private final Map<Pair, Merge> merges;

    /**
     * Creates the encoder.
     *
     * @param inner the symbol of each byte inside a word, 256 of them
     * @param last the symbol of each byte at the end of a word, 256 of them
     * @param merges the merges, which must not be changed afterwards
     */
    BytePairEncoder(int[] inner, int[] last, Map<Pair, Merge> merges) {
        this.inner = inner;
        this.last = last;
        this.merges = merges;
    }

    /** Returns the symbols of {@code word}, which is not empty. */
    List<Integer> encode(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        Symbols symbols = new Symbols(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            symbols.id[i] = (i == bytes.length - 1 ? last : inner)[bytes[i] & 0xff];
        }
        return symbols.merged();
    }

    /** The symbols of one word as a linked list in arrays, in which two are joined in constant time. */
    private final class Symbols {
        private final int[] id;
        private final int[] previous;
        private final int[] next;
        private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();

        Symbols(int count) {
            id = new int[count];
            previous = new int[count];
            next = new int[count];
            for (int i = 0; i < count; i++) {
                previous[i] = i - 1;
                next[i] = i + 1 < count ? i + 1 : NONE;
            }
        }

        List<Integer> merged() {
            for (int i = 0; i < id.length; i++) {
                propose(i);
            }
            for (Candidate best = candidates.poll(); best != null; best = candidates.poll()) {
                Merge current = mergeAt(best.at);
                // A candidate is out of date once one of its two symbols has been joined elsewhere.
                if (current != null && current.symbol == best.merge.symbol) {
                    join(best.at, current.symbol);
                }
            }
            List<Integer> result = new ArrayList<>();
            for (int i = 0; i != NONE; i = next[i]) {
                result.add(id[i]);
            }
            return result;
        }

        private void join(int at, int symbol) {
            int gone = next[at];
            id[at] = symbol;
            id[gone] = NONE;
            next[at] = next[gone];
            if (next[at] != NONE) {
                previous[next[at]] = at;
            }
            if (previous[at] != NONE) {
                propose(previous[at]);
            }
            propose(at);
        }

        private void propose(int at) {
            Merge merge = mergeAt(at);
            if (merge != null) {
                candidates.add(new Candidate(merge, at));
            }
        }

        /** Returns the merge of the symbol at {@code at} with its right neighbour, if there are both. */
        private @Nullable Merge mergeAt(int at) {
            return id[at] == NONE || next[at] == NONE ? null : merges.get(new Pair(id[at], id[next[at]]));
        }
    }

    private record Candidate(Merge merge, int at) implements Comparable<Candidate> {
        private static final Comparator<Candidate> ORDER =
                Comparator.<Candidate>comparingInt(c -> c.merge.rank).thenComparingInt(c -> c.at);

        @Override
        public int compareTo(Candidate other) {
            return ORDER.compare(this, other);
        }
    }
}
