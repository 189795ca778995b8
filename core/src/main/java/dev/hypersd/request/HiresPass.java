package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import java.util.Optional;

/**
 * A second pass that draws the details of a larger picture: the first picture is enlarged and goes through the last
 * part of the steps again. So models draw well beyond the size that they were trained for.
 *
 * @param factor the enlargement, above 1, up to 8
 * @param strength the fraction of the steps of the second pass, above 0, up to 1; about 0.5 keeps the composition
 */
public record HiresPass(double factor, double strength) {
    private static final double MOST = 8;

    public HiresPass {
        if (!(factor > 1 && factor <= MOST)) {
            throw new InvalidRequestException(
                    "a picture is enlarged by a factor above 1, up to " + (int) MOST + ", not by " + factor);
        }
        if (!(strength > 0 && strength <= 1)) {
            throw new InvalidRequestException(
                    "the strength of a second pass must be above 0 and at most 1, not " + strength);
        }
    }

    /** Returns the size of the enlarged picture, rounded down to a valid one. */
    public Size enlarged(Size size) {
        return new Size(scaled(size.width()), scaled(size.height()));
    }

    private int scaled(int side) {
        return (int) (side * factor) / 8 * 8;
    }

    /**
     * Returns the original of the second pass: {@code drawn} enlarged, with the mask of the first pass if it had one.
     */
    public Original original(Image drawn, Optional<Original> first) {
        Size size = enlarged(Size.of(drawn));
        Image picture = drawn.resize(size.width(), size.height(), Resampling.LANCZOS);
        return new Original(
                picture,
                first.flatMap(Original::mask).map(mask -> mask.resize(size.width(), size.height(), Resampling.LANCZOS)),
                first.map(Original::keptStrength).orElse(0.0));
    }
}
