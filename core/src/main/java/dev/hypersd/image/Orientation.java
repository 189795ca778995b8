package dev.hypersd.image;

import java.util.Optional;

/**
 * How a stored picture is to be turned so that it stands upright, by the eight values of EXIF (CIPA DC-008, tag
 * 0x0112).
 */
enum Orientation {
    /** As it is stored. */
    UPRIGHT,
    /** Left and right change places. */
    MIRRORED,
    /** By 180 degrees. */
    UPSIDE_DOWN,
    /** Top and bottom change places. */
    FLIPPED,
    /** Rows become columns. */
    TRANSPOSED,
    /** By 90 degrees clockwise. */
    CLOCKWISE,
    /** Rows become columns, from the other corner. */
    TRANSVERSED,
    /** By 90 degrees counterclockwise. */
    COUNTERCLOCKWISE;

    /** Returns the orientation with the number {@code value}, 1 to 8. */
    static Optional<Orientation> of(int value) {
        return value >= 1 && value <= values().length ? Optional.of(values()[value - 1]) : Optional.empty();
    }

    /** {@code stored}, turned. */
    Image upright(Image stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        boolean turned = ordinal() >= TRANSPOSED.ordinal();
        int width = turned ? stored.height() : stored.width();
        int height = turned ? stored.width() : stored.height();
        int right = stored.width() - 1;
        int bottom = stored.height() - 1;
        byte[] from = stored.pixels();
        byte[] rgb = new byte[from.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = switch (this) {
                    case UPRIGHT, FLIPPED -> x;
                    case MIRRORED, UPSIDE_DOWN -> right - x;
                    case TRANSPOSED, CLOCKWISE -> y;
                    case TRANSVERSED, COUNTERCLOCKWISE -> right - y;
                };
                int row = switch (this) {
                    case UPRIGHT, MIRRORED -> y;
                    case UPSIDE_DOWN, FLIPPED -> bottom - y;
                    case TRANSPOSED, COUNTERCLOCKWISE -> x;
                    case CLOCKWISE, TRANSVERSED -> bottom - x;
                };
                System.arraycopy(from, 3 * (row * stored.width() + column), rgb, 3 * (y * width + x), 3);
            }
        }
        return new Image(width, height, rgb);
    }
}
