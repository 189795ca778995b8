package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;

/** Pictures of all shapes as squares of one size. */
public final class CentreCrop {
    private CentreCrop() {}

    /**
     * The middle of {@code image}: what its longer side has too much is cut off at both ends, and the rest is resized
     * (Lanczos, antialiased). Cut first, so that a very long picture takes no more memory than a square one.
     *
     * @param size of the square, in pixels
     */
    public static Image of(Image image, int size) {
        int side = Math.min(image.width(), image.height());
        return image.crop((image.width() - side) / 2, (image.height() - side) / 2, side, side)
                .resize(size, size, Resampling.LANCZOS);
    }
}
