package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;

/**
 * The size of a picture in pixels; both sides are multiples of 8, the factor of the latent space.
 *
 * @param width 8 to 8192
 * @param height 8 to 8192
 */
public record Size(int width, int height) {
    /** Pixels per latent, in each direction. */
    public static final long FACTOR = 8;

    private static final int LARGEST = 8192;

    public Size {
        check("width", width);
        check("height", height);
    }

    /** The size of {@code picture}, rounded down to what is possible. */
    public static Size of(Image picture) {
        return new Size(picture.width() / 8 * 8, picture.height() / 8 * 8);
    }

    private static void check(String side, int pixels) {
        if (pixels < 8 || pixels > LARGEST) {
            throw new InvalidRequestException(side + " must lie between 8 and " + LARGEST + " pixels, not " + pixels);
        }
        if (pixels % 8 != 0) {
            int below = pixels / 8 * 8;
            throw new InvalidRequestException("%s must be a multiple of 8, not %d; %d and %d are the nearest"
                    .formatted(side, pixels, below, below + 8));
        }
    }

    /** {@code 512x768}, width first. */
    @Override
    public String toString() {
        return width + "x" + height;
    }
}
