package dev.hypersd.data;

/**
 * An endless order of {@code size} samples: every one once, then every one once again in another order, and so on.
 *
 * <p>An order is never stored. A Feistel network of four rounds permutes the numbers of the smallest square of a power
 * of two that holds all samples; numbers outside are sent through again until they fall inside, which keeps it a
 * permutation. So the place in the order is all that a resumed run has to know.
 */
public record Shuffle(long size, long seed) {
    private static final int ROUNDS = 4;

    public Shuffle {
        if (size < 1) {
            throw new IllegalArgumentException("there is no order of " + size + " samples");
        }
    }

    /** The number of the sample at {@code position} of the order, from 0 on. */
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

    /** Half of the bits of the square. */
    private int halfWidth() {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        return Math.max((bits + 1) / 2, 1);
    }

    /** The finaliser of SplitMix64 (Steele et al., 2014): every bit of the input reaches every bit of the output. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
