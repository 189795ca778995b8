package dev.hypersd.image;

import java.util.Optional;

/**
 * The rotation or reflection by which a stored picture becomes upright, one of the eight values of EXIF (CIPA DC-008,
 * tag 0x0112).
 */
enum Orientation {
    /** No change. */
    UPRIGHT,
    /** Left and right are exchanged. */
    MIRRORED,
    /** The picture is rotated by 180 degrees. */
    UPSIDE_DOWN,
    /** Top and bottom are exchanged. */
    FLIPPED,
    /** Rows and columns are exchanged. */
    TRANSPOSED,
    /** The picture is rotated by 90 degrees clockwise. */
    CLOCKWISE,
    /** Rows and columns are exchanged along the other diagonal. */
    TRANSVERSED,
    /** The picture is rotated by 90 degrees counterclockwise. */
    COUNTERCLOCKWISE;

    /** Returns the orientation with the number {@code value}, 1 to 8. */
    static Optional<Orientation> of(int value) {
        return value >= 1 && value <= values().length ? Optional.of(values()[value - 1]) : Optional.empty();
    }

    /** Returns {@code stored} after this rotation or reflection. */
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
