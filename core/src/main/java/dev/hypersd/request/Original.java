package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.util.Optional;

/**
 * The original picture of image-to-image and inpainting. The strength is part of the request's steps.
 *
 * @param picture the picture, which is resized to the size of the request
 * @param mask the area to redraw (128 and brighter); empty to redraw the whole picture
 * @param keptStrength the strength in the rest of the picture: 0 to keep it as it is; above 0 its noise is removed with
 *     the last steps of all, so that it guides the area to redraw and is redrawn a little itself (compare Levin and
 *     Fried, 2023, Differential Diffusion, for a mask of two values)
 */
public record Original(Image picture, Optional<Image> mask, double keptStrength) {
    public Original {
        if (!(keptStrength >= 0 && keptStrength <= 1)) {
            throw new InvalidRequestException("the strength in what a mask keeps must be 0 to 1, not " + keptStrength);
        }
        if (keptStrength > 0 && mask.isEmpty()) {
            throw new InvalidRequestException("a strength in what a mask keeps needs a mask");
        }
        mask.ifPresent(m -> {
            if (m.width() != picture.width() || m.height() != picture.height()) {
                throw new InvalidRequestException("the mask is %dx%d and the picture %dx%d: they must be of one size"
                        .formatted(m.width(), m.height(), picture.width(), picture.height()));
            }
        });
    }

    /** Creates an original that is redrawn as a whole. */
    public static Original of(Image picture) {
        return new Original(picture, Optional.empty(), 0);
    }

    /** Creates an original that is redrawn where {@code mask} is bright. */
    public static Original masked(Image picture, Image mask) {
        return new Original(picture, Optional.of(mask), 0);
    }

    /** Returns this original with another strength in what the mask keeps. */
    public Original withKeptStrength(double other) {
        return new Original(picture, mask, other);
    }

    /**
     * Creates an original that is extended beyond its edges (outpainting): the new area is redrawn, the picture stays.
     * At first the new area continues the pixels of the edge.
     *
     * @param left the number of pixels to add at the left, 0 or more; likewise the others
     */
    public static Original extended(Image picture, int left, int top, int right, int bottom) {
        if (left < 0
                || top < 0
                || right < 0
                || bottom < 0
                || Math.max(Math.max(left, right), Math.max(top, bottom)) == 0) {
            throw new InvalidRequestException(
                    "a picture grows by 0 or more pixels on each side and by some on one, not by %d, %d, %d and %d"
                            .formatted(left, top, right, bottom));
        }
        int width = grown(left, picture.width(), right);
        int height = grown(top, picture.height(), bottom);
        byte[] from = picture.rgb();
        byte[] grown = new byte[3 * width * height];
        byte[] mask = new byte[grown.length];
        for (int y = 0; y < height; y++) {
            int row = Math.clamp(y - (long) top, 0, picture.height() - 1);
            for (int x = 0; x < width; x++) {
                int column = Math.clamp(x - (long) left, 0, picture.width() - 1);
                int to = 3 * (y * width + x);
                System.arraycopy(from, 3 * (row * picture.width() + column), grown, to, 3);
                boolean outside = row != y - top || column != x - left;
                mask[to] = mask[to + 1] = mask[to + 2] = (byte) (outside ? 0xFF : 0);
            }
        }
        return masked(new Image(width, height, grown), new Image(width, height, mask));
    }

    private static int grown(int before, int side, int after) {
        long grown = (long) before + side + after;
        if (grown > Size.LARGEST) {
            throw new InvalidRequestException("a side of %d pixels grows to %d pixels, more than the %d that are drawn"
                    .formatted(side, grown, Size.LARGEST));
        }
        return (int) grown;
    }
}
