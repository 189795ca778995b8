package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;

/** Turns pictures of all shapes into squares of one size. */
public final class CentreCrop {
    private CentreCrop() {}

    /**
     * Returns the middle of {@code image} as a square. The longer side is cropped at both ends, then the square is
     * resized (Lanczos, antialiased). Cropping comes first, so that a very long picture takes no more memory than a
     * square one.
     *
     * @param size width and height of the square, in pixels
     */
    public static Image of(Image image, int size) {
        int side = Math.min(image.width(), image.height());
        return image.crop((image.width() - side) / 2, (image.height() - side) / 2, side, side)
                .resize(size, size, Resampling.LANCZOS);
    }
}
