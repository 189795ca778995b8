package dev.hypersd.tensor;

import dev.hypersd.error.InvalidRequestException;

/** The bounds of numbers by which users let tensors be multiplied, such as the weights of LoRAs. */
public final class Multiplier {
    /** The largest multiplier: the largest number of half precision is 65504, and the engine refuses larger ones. */
    public static final double MOST = 10_000;

    private Multiplier() {}

    /** Returns whether {@code value} is a number from {@code -MOST} to {@code MOST}. */
    public static boolean isValid(double value) {
        return Math.abs(value) <= MOST;
    }

    /**
     * Returns {@code value}.
     *
     * @param what the name of the number, for the message
     * @throws InvalidRequestException if it is no number from {@code -MOST} to {@code MOST}
     */
    public static double check(String what, double value) {
        if (!isValid(value)) {
            throw new InvalidRequestException(
                    "%s must be a number from %.0f to %.0f, not %s".formatted(what, -MOST, MOST, value));
        }
        return value;
    }
}
