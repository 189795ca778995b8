package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Multiplier;

/**
 * Classifier-free guidance (Ho and Salimans, 2022): {@code prediction = negative + scale * (positive - negative)}.
 *
 * @param scale the guidance scale; at 1 and below guidance is off and costs nothing
 * @param rescale the fraction of the positive prediction's standard deviation to restore, 0 to 1 (Lin et al., 2023,
 *     section 3.4)
 */
public record Guidance(double scale, double rescale) {
    /** No guidance: one pass for each step, which few-step LoRAs are distilled for. */
    public static final Guidance OFF = new Guidance(0, 0);

    public Guidance {
        if (!Multiplier.isValid(scale) || scale < 0) {
            throw new InvalidRequestException(
                    "guidance scale must be a number from 0 (off) to %.0f, not %s".formatted(Multiplier.MOST, scale));
        }
        if (!(rescale >= 0 && rescale <= 1)) {
            throw new InvalidRequestException("guidance rescale must lie between 0 (off) and 1, not " + rescale);
        }
    }

    /** Creates guidance without rescaling. */
    public static Guidance of(double scale) {
        return new Guidance(scale, 0);
    }

    /** Returns whether a negative pass is needed. */
    public boolean isOn() {
        return scale > 1;
    }
}
