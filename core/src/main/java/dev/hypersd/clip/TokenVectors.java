package dev.hypersd.clip;

import org.bytedeco.pytorch.Tensor;

/**
 * Vectors for tokens beyond a text encoder's vocabulary: token {@code vocabulary + i} is {@code table[i]}, as textual
 * inversion learns them (Gal et al., 2022).
 *
 * @param vocabulary of the encoder
 * @param table {@code [count, D]}, in the encoder's type
 */
public record TokenVectors(int vocabulary, Tensor table) {
    /** The number of vectors. */
    int count() {
        return (int) table.size(0);
    }

    /** The ids with the encoder's first token in place of those beyond its vocabulary. */
    long[] known(long... ids) {
        long[] known = ids.clone();
        for (int i = 0; i < known.length; i++) {
            known[i] = ids[i] >= vocabulary ? 0 : ids[i];
        }
        return known;
    }

    /**
     * Puts the vectors in their places.
     *
     * @param embedded of {@link #known}, {@code [B, N, D]}; changed in place
     * @param ids {@code B * N}
     */
    void put(Tensor embedded, long... ids) {
        int length = (int) embedded.size(1);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= vocabulary) {
                embedded.select(0, i / length).select(0, i % length).copy_(table.select(0, ids[i] - vocabulary));
            }
        }
    }
}
