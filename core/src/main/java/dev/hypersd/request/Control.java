package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.nio.file.Path;

/**
 * A ControlNet and the picture that it follows.
 *
 * @param network a folder as diffusers lay it out, or a safetensors file
 * @param picture what the ControlNet was trained to see: edges, a drawing, depths, a pose; brought to the size of the
 *     request
 * @param scale how strongly it speaks: 1 as trained, 0 not at all
 * @param from the share of the steps after which it begins to speak, from 0
 * @param to the share of the steps after which it is silent, up to 1
 * @param mode what it speaks to
 */
public record Control(Path network, Image picture, double scale, double from, double to, Mode mode) {
    /** What a ControlNet changes. */
    public enum Mode {
        /** All predictions, at all levels of the U-Net alike. */
        BALANCED,
        /**
         * The prediction for the prompt alone and more the coarser the level, so that the picture itself is a guess at
         * what to draw; wants guidance.
         */
        GUESS
    }

    /** Returns a ControlNet that speaks as it was trained, in all steps. */
    public static Control of(Path network, Image picture) {
        return new Control(network, picture, 1, 0, 1, Mode.BALANCED);
    }

    public Control {
        if (!Double.isFinite(scale)) {
            throw new InvalidRequestException("the scale of ControlNet " + network + " must be a number, not " + scale);
        }
        if (!(from >= 0 && from < to && to <= 1)) {
            throw new InvalidRequestException(
                    "ControlNet %s must speak in a part of the steps, from 0 to 1, not from %s to %s"
                            .formatted(network, from, to));
        }
    }

    public Control withScale(double other) {
        return new Control(network, picture, other, from, to, mode);
    }

    /** Returns the same in the steps between two shares of the way only. */
    public Control during(double start, double end) {
        return new Control(network, picture, scale, start, end, mode);
    }

    public Control with(Mode other) {
        return new Control(network, picture, scale, from, to, other);
    }

    /**
     * Returns whether it takes part in step {@code i}, from 0, of {@code steps}: if that lies between its shares of the
     * way as a whole.
     */
    public boolean isActive(int i, int steps) {
        return (double) i / steps >= from && (double) (i + 1) / steps <= to;
    }
}
