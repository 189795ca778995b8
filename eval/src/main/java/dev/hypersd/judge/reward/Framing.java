package dev.hypersd.judge.reward;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;

/** The ways in which a picture of any shape becomes a square one. */
public enum Framing {
    /** Resized until the shorter side fits, then the longer one is cropped at both ends, as transformers does it. */
    CENTRE_CROP("shorter side to %d, centre crop of %d") {
        @Override
        Place place(int width, int height, int resized, int size) {
            int shorter = Math.min(width, height);
            if (Math.max(width, height) / shorter > MOST_ASPECT) {
                throw new InvalidRequestException(
                        "a picture of %dx%d is too narrow to be judged: one side may be at most %d times the other"
                                .formatted(width, height, MOST_ASPECT));
            }
            int toWidth = (int) ((long) resized * width / shorter);
            int toHeight = (int) ((long) resized * height / shorter);
            return new Place(toWidth, toHeight, -((toWidth - size) / 2), -((toHeight - size) / 2));
        }
    },
    /** The same as torchvision does it: the margins on the left and at the top are rounded to the nearest number. */
    ROUNDED_CENTRE_CROP("shorter side to %d, centre crop of %d as in torchvision") {
        @Override
        Place place(int width, int height, int resized, int size) {
            Place floor = CENTRE_CROP.place(width, height, resized, size);
            return new Place(floor.width, floor.height, (int) -Math.rint((floor.width - size) / 2.0), (int)
                    -Math.rint((floor.height - size) / 2.0));
        }
    },
    /** Resized until the longer side fits, with black on both sides of the shorter one. */
    PADDING("longer side to %d, padded with black to %d") {
        @Override
        Place place(int width, int height, int resized, int size) {
            double scale = resized / (double) Math.max(width, height);
            int toWidth = (int) Math.max(1, Math.rint(width * scale));
            int toHeight = (int) Math.max(1, Math.rint(height * scale));
            return new Place(toWidth, toHeight, (size - toWidth) / 2, (size - toHeight) / 2);
        }
    },
    /** The largest square in the middle, resized. */
    MIDDLE_SQUARE("largest square in the middle to %d") {
        @Override
        Place place(int width, int height, int resized, int size) {
            return new Place(resized, resized, 0, 0);
        }

        @Override
        Image part(Image image) {
            int side = Math.min(image.width(), image.height());
            return image.crop((image.width() - side) / 2, (image.height() - side) / 2, side, side);
        }
    };

    /** The greatest ratio of the sides, since narrower pictures would become too large when they are resized. */
    private static final int MOST_ASPECT = 200;

    /**
     * The place of a resized picture on the square.
     *
     * @param width the width of the resized picture
     * @param height the height of the resized picture
     * @param left the position of its left edge; negative if it is cropped
     * @param top the position of its upper edge; negative if it is cropped
     */
    record Place(int width, int height, int left, int top) {}

    private final String description;

    Framing(String description) {
        this.description = description;
    }

    /**
     * Returns the place of a picture on the square.
     *
     * @param width the width of the {@link #part} of the picture
     * @param height the height of the part
     * @param resized the side that pictures are resized to
     * @param size the side of the square
     * @throws InvalidRequestException if the picture is too narrow for its shorter side to be resized
     */
    abstract Place place(int width, int height, int resized, int size);

    /** Returns the part of a picture that is resized. */
    Image part(Image image) {
        return image;
    }

    /** Describes the framing in words, for reports. */
    String description(int resized, int size) {
        return description.formatted(resized, size);
    }
}
