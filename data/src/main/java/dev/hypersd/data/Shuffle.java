package dev.hypersd.data;

/**
 * An endless random order of {@code size} samples, epoch by epoch: in each epoch every sample occurs once, in another
 * order.
 *
 * <p>The order is computed, not stored: a Feistel network of four rounds permutes the numbers 0 to {@code 4^k - 1},
 * where {@code 4^k} is the smallest power of four that is not below {@code size}. A result that is not below {@code
 * size} is permuted again until it is, which keeps the whole a permutation. So the position is all that a resumed run
 * has to know.
 */
public record Shuffle(long size, long seed) {
    private static final int ROUNDS = 4;

    public Shuffle {
        if (size < 1) {
            throw new IllegalArgumentException("cannot order " + size + " samples");
        }
    }

    /** Returns the number of the sample at {@code position}, which counts from 0 through all epochs. */
    public long at(long position) {
        long epoch = position / size;
        long index = position % size;
        do {
            index = permute(index, epoch);
        } while (index >= size);
        return index;
    }

    private long permute(long index, long epoch) {
        int half = halfWidth();
        long mask = (1L << half) - 1;
        long left = index >>> half;
        long right = index & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long mixed = mix(right ^ mix(seed ^ mix(epoch * ROUNDS + round)));
            long next = left ^ (mixed & mask);
            left = right;
            right = next;
        }
        return left << half | right;
    }

    /** Returns half of the number of bits that are permuted. */
    private int halfWidth() {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        return Math.max((bits + 1) / 2, 1);
    }

    /**
     * Mixes the bits of {@code value}, so that every input bit influences every output bit (the finaliser of
     * SplitMix64, Steele et al., 2014).
     */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
