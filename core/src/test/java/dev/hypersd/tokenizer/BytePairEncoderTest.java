package dev.hypersd.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.tokenizer.BytePairEncoder.Merge;
import dev.hypersd.tokenizer.BytePairEncoder.Pair;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BytePairEncoderTest {
    private static final int[] INNER = IntStream.range(0, 256).toArray();
    private static final int[] LAST = IntStream.range(256, 512).toArray();

    @Property
    void theQueueFindsWhatAnExhaustiveSearchFinds(
            @ForAll("words") String word, @ForAll("mergeTables") Map<Pair, Merge> merges) {
        assertThat(new BytePairEncoder(INNER, LAST, merges).encode(word)).isEqualTo(exhaustive(word, merges));
    }

    /** The definition: search the whole word for its best merge, apply it, and start over. */
    private static List<Integer> exhaustive(String word, Map<Pair, Merge> merges) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        List<Integer> symbols = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            symbols.add((i == bytes.length - 1 ? LAST : INNER)[bytes[i] & 0xff]);
        }
        while (true) {
            int at = -1;
            Merge best = new Merge(Integer.MAX_VALUE, -1);
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Merge merge = merges.get(new Pair(symbols.get(i), symbols.get(i + 1)));
                if (merge != null && merge.rank() < best.rank()) {
                    at = i;
                    best = merge;
                }
            }
            if (at < 0) {
                return symbols;
            }
            symbols.set(at, best.symbol());
            symbols.subList(at + 1, at + 2).clear();
        }
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings().withChars("abcé").ofMinLength(1).ofMaxLength(24);
    }

    /** Tables of merges in a possible order of learning: each joins symbols that exist by then. */
    @Provide
    Arbitrary<Map<Pair, Merge>> mergeTables() {
        return Arbitraries.integers().between(0, 1_000_000).list().ofMaxSize(60).map(choices -> {
            List<Integer> inner = new ArrayList<>(List.of((int) 'a', (int) 'b', (int) 'c', 0xc3, 0xa9));
            List<Integer> last = new ArrayList<>(List.of('a' + 256, 'b' + 256, 'c' + 256, 0xa9 + 256));
            Map<Pair, Merge> merges = new HashMap<>();
            for (int i = 0; i + 2 < choices.size(); i += 3) {
                List<Integer> rights = choices.get(i) % 2 == 0 ? inner : last;
                Pair pair = new Pair(
                        inner.get(choices.get(i + 1) % inner.size()), rights.get(choices.get(i + 2) % rights.size()));
                Merge merge = new Merge(merges.size(), 512 + merges.size());
                if (merges.putIfAbsent(pair, merge) == null) {
                    rights.add(merge.symbol());
                }
            }
            return merges;
        });
    }
}
