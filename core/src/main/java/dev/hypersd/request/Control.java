package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.tensor.Multiplier;
import java.nio.file.Path;

/**
 * A ControlNet and the picture that it follows.
 *
 * @param network a folder in the diffusers layout, or a safetensors file
 * @param picture the kind of picture that the ControlNet was trained on: edges, a drawing, depths, a pose; resized to
 *     the size of the request
 * @param scale the conditioning scale: 1 as trained, 0 without effect
 * @param from the fraction of the steps after which it becomes active, from 0
 * @param to the fraction of the steps after which it is no longer active, up to 1
 * @param mode the predictions that it changes
 */
public record Control(Path network, Image picture, double scale, double from, double to, Mode mode) {
    /** The predictions that a ControlNet changes. */
    public enum Mode {
        /** All predictions, at all levels of the U-Net alike. */
        BALANCED,
        /**
         * The prediction for the prompt only, more strongly at coarser levels (guess mode), so that the control picture
         * guides pictures even without a prompt; needs guidance.
         */
        GUESS
    }

    /** Creates a control with the defaults: scale 1, in all steps. */
    public static Control of(Path network, Image picture) {
        return new Control(network, picture, 1, 0, 1, Mode.BALANCED);
    }

    public Control {
        Multiplier.check("the scale of ControlNet " + network, scale);
        if (!(from >= 0 && from < to && to <= 1)) {
            throw new InvalidRequestException(
                    "ControlNet %s must be active in a part of the steps, from 0 to 1, not from %s to %s"
                            .formatted(network, from, to));
        }
    }

    public Control withScale(double other) {
        return new Control(network, picture, other, from, to, mode);
    }

    /** Returns this control restricted to the steps between two fractions. */
    public Control during(double start, double end) {
        return new Control(network, picture, scale, start, end, mode);
    }

    public Control with(Mode other) {
        return new Control(network, picture, scale, from, to, other);
    }

    /** Returns whether it is active in step {@code i}, from 0, of {@code steps}. */
    public boolean isActive(int i, int steps) {
        return (double) i / steps >= from && (double) (i + 1) / steps <= to;
    }
}
