package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.math.BigInteger;

/** Seeds, as PyTorch has them: the numbers of 64 bits without a sign, which a {@code long} holds bit by bit. */
public final class Seeds {
    /** 18446744073709551615. */
    static final long LAST = -1;

    private Seeds() {}

    /** Returns the seed as people write it. */
    public static String text(long seed) {
        return Long.toUnsignedString(seed);
    }

    /** Returns the seed as a number, for JSON. */
    public static BigInteger number(long seed) {
        return new BigInteger(text(seed));
    }

    /**
     * Refuses a row of seeds that goes beyond the last one.
     *
     * @param count how many pictures are drawn, the first of them from {@code seed}; at least 1
     */
    public static void checkRow(long seed, long count) {
        if (Long.compareUnsigned(seed + (count - 1), seed) < 0) {
            throw new InvalidRequestException(
                    "%d pictures from seed %s on go beyond the last seed, %s: choose a smaller seed or count"
                            .formatted(count, text(seed), text(LAST)));
        }
    }
}
