package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.util.Optional;

/**
 * A picture to go on from instead of pure noise; how far to go back is the strength of the request's steps.
 *
 * @param picture brought to the size of the request
 * @param mask where to draw anew (128 and brighter) and where to leave the picture as it is; absent means anew
 *     everywhere
 */
public record Original(Image picture, Optional<Image> mask) {
    public Original {
        mask.ifPresent(m -> {
            if (m.width() != picture.width() || m.height() != picture.height()) {
                throw new InvalidRequestException("the mask is %dx%d and the picture %dx%d: they must be of one size"
                        .formatted(m.width(), m.height(), picture.width(), picture.height()));
            }
        });
    }

    /** All of {@code picture} is drawn anew. */
    public static Original of(Image picture) {
        return new Original(picture, Optional.empty());
    }

    /** Only what is bright in {@code mask} is drawn anew. */
    public static Original masked(Image picture, Image mask) {
        return new Original(picture, Optional.of(mask));
    }

    /**
     * Returns a picture that is to grow beyond its edges: what is new is drawn, what is there stays. Until it is drawn,
     * the new parts continue the pixels of the edge.
     *
     * @param left how many pixels to add there, 0 or more; likewise the others
     */
    public static Original extended(Image picture, int left, int top, int right, int bottom) {
        if (left < 0 || top < 0 || right < 0 || bottom < 0 || left + top + right + bottom == 0) {
            throw new InvalidRequestException(
                    "a picture grows by 0 or more pixels on each side and by some on one, not by %d, %d, %d and %d"
                            .formatted(left, top, right, bottom));
        }
        int width = left + picture.width() + right;
        int height = top + picture.height() + bottom;
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
}
