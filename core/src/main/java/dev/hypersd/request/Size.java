package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size of a picture in pixels; both sides are multiples of 8, the factor of the latent space.
 *
 * @param width 8 to 8192
 * @param height 8 to 8192
 */
public record Size(int width, int height) {
    /** The number of pixels per latent, in each direction. */
    public static final long FACTOR = 8;

    static final int LARGEST = 8192;

    private static final Pattern FORM = Pattern.compile("(-?\\d{1,9})(?: ?[xX×] ?(-?\\d{1,9}))?");

    public Size {
        check("width", width);
        check("height", height);
    }

    /**
     * Parses a size: {@code 512x768}, or {@code 512} for a square.
     *
     * @throws InvalidRequestException if it is neither
     */
    public static Size parse(String text) {
        Matcher sides = FORM.matcher(text);
        if (!sides.matches()) {
            throw new InvalidRequestException(
                    "\"%s\" is not a size; write WIDTHxHEIGHT, for example 512x768".formatted(Format.shortened(text)));
        }
        int width = Integer.parseInt(sides.group(1));
        return new Size(width, sides.group(2) == null ? width : Integer.parseInt(sides.group(2)));
    }

    /** Returns the size of {@code picture}, rounded down to multiples of 8. */
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

    /** Returns {@code 512x768}, width first. */
    @Override
    public String toString() {
        return width + "x" + height;
    }
}
