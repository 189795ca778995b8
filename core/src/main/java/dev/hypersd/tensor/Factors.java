package dev.hypersd.tensor;

import dev.hypersd.error.InvalidRequestException;

/** The factors by which users let tensors be multiplied, such as the weights of LoRAs. */
public final class Factors {
    /** The largest factor: the largest number of half precision is 65504, and the engine refuses larger factors. */
    public static final double MOST = 10_000;

    private Factors() {}

    /** Returns whether {@code value} is a number from {@code -MOST} to {@code MOST}. */
    public static boolean isFactor(double value) {
        return Math.abs(value) <= MOST;
    }

    /**
     * Returns {@code value}.
     *
     * @param what what it is the factor of, for the message
     * @throws InvalidRequestException if it is no number from {@code -MOST} to {@code MOST}
     */
    public static double check(String what, double value) {
        if (!isFactor(value)) {
            throw new InvalidRequestException(
                    "%s must be a number from %.0f to %.0f, not %s".formatted(what, -MOST, MOST, value));
        }
        return value;
    }
}
