package dev.hypersd.judge.preference;

import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.tokenizer.WordPieceTokenizer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The tokens of texts, padded to the length of the longest.
 *
 * @param ids I64 {@code [B, N]}
 * @param mask I64 {@code [B, N]}: 1 for tokens of the text, 0 for padding
 */
public record TokenBatch(Tensor ids, Tensor mask) {
    /**
     * Tokenizes texts by CLIP's tokenizer; the tensors belong to the caller's scope.
     *
     * @param texts at least one
     * @param most the greatest number of tokens of a text, with begin and end tokens; longer texts are truncated
     */
    public static TokenBatch of(ClipTokenizer tokenizer, List<String> texts, int most) {
        return padded(texts.stream().map(text -> tokens(tokenizer, text, most)).toList(), tokenizer.padding());
    }

    /** Returns the same by BERT's tokenizer. */
    public static TokenBatch of(WordPieceTokenizer tokenizer, List<String> texts, int most) {
        return padded(texts.stream().map(text -> tokenizer.encode(text, most)).toList(), tokenizer.padding());
    }

    private static TokenBatch padded(List<List<Integer>> all, int padding) {
        int length = all.stream().mapToInt(List::size).max().orElseThrow();
        long[] ids = new long[all.size() * length];
        long[] mask = new long[ids.length];
        for (int row = 0; row < all.size(); row++) {
            for (int i = 0; i < length; i++) {
                boolean word = i < all.get(row).size();
                ids[row * length + i] = word ? all.get(row).get(i) : padding;
                mask[row * length + i] = word ? 1 : 0;
            }
        }
        return new TokenBatch(Tensors.of(ids, all.size(), length), Tensors.of(mask, all.size(), length));
    }

    private static List<Integer> tokens(ClipTokenizer tokenizer, String text, int most) {
        List<Integer> tokens = new ArrayList<>(List.of(tokenizer.begin()));
        tokenizer.ids(text).stream().limit(most - 2L).forEach(tokens::add);
        tokens.add(tokenizer.end());
        return tokens;
    }
}
