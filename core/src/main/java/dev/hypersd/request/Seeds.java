package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.math.BigInteger;
import java.util.concurrent.ThreadLocalRandom;

/** Arithmetic on seeds, which are unsigned 64-bit numbers as in PyTorch, stored in a {@code long}. */
public final class Seeds {
    /** The largest seed, 18446744073709551615. */
    static final long LAST = -1;

    /** Random seeds are below this, so that every program reads them exactly. */
    private static final long RANDOM = 1L << 32;

    private Seeds() {}

    /** Returns a random seed below 2^32. */
    public static long random() {
        return ThreadLocalRandom.current().nextLong(RANDOM);
    }

    /** Returns the seed as a decimal number. */
    public static String text(long seed) {
        return Long.toUnsignedString(seed);
    }

    /** Returns the seed as an unsigned number, for JSON. */
    public static BigInteger number(long seed) {
        return new BigInteger(text(seed));
    }

    /**
     * Refuses a sequence of seeds that exceeds the largest one.
     *
     * @param count the number of pictures, the first of them with the seed {@code seed}; at least 1
     */
    public static void checkRow(long seed, long count) {
        if (Long.compareUnsigned(seed + (count - 1), seed) < 0) {
            throw new InvalidRequestException(
                    "%d pictures from seed %s on go beyond the last seed, %s: choose a smaller seed or count"
                            .formatted(count, text(seed), text(LAST)));
        }
    }
}
