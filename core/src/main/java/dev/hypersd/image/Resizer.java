package dev.hypersd.image;

import java.util.Arrays;

/**
 * Resizes pictures with antialiasing, first rows, then columns, in the fixed-point arithmetic of Pillow, with which the
 * pictures of the models' training were resized: weights of 22 bits, and a result of 8 bits in each direction.
 */
final class Resizer {
    private static final int CHANNELS = 3;
    private static final int PRECISION = 22;

    /**
     * The pixels of a line that contribute to one pixel of the resized line.
     *
     * @param first the first of them
     * @param weights their weights in units of {@code 2^-22}
     */
    private record Window(int first, int[] weights) {}

    private Resizer() {}

    static Image resize(Image image, int width, int height, Resampling filter) {
        byte[] pixels = image.pixels();
        if (width != image.width()) {
            // Each row is a line of pixels that lie three bytes apart.
            pixels = alongLines(
                    pixels, windows(image.width(), width, filter), image.height(), image.width() * CHANNELS, 1);
        }
        if (height != image.height()) {
            pixels = alongLines(pixels, windows(image.height(), height, filter), 1, 0, width);
        }
        return new Image(width, height, pixels);
    }

    /**
     * Resizes lines of groups of {@code group} pixels. For rows there are many lines of single pixels, for columns one
     * line whose groups are whole rows.
     *
     * @param stride the number of bytes from one line to the next
     */
    private static byte[] alongLines(byte[] pixels, Window[] windows, int lines, int stride, int group) {
        int bytes = group * CHANNELS;
        byte[] resized = new byte[lines * windows.length * bytes];
        int at = 0;
        for (int line = 0; line < lines; line++) {
            for (Window window : windows) {
                int from = line * stride + window.first * bytes;
                for (int i = 0; i < bytes; i++) {
                    resized[at++] = weighted(pixels, from + i, bytes, window.weights);
                }
            }
        }
        return resized;
    }

    private static byte weighted(byte[] pixels, int from, int step, int[] weights) {
        int sum = 1 << (PRECISION - 1);
        for (int k = 0; k < weights.length; k++) {
            sum += (pixels[from + k * step] & 0xFF) * weights[k];
        }
        return (byte) Math.clamp(sum >> PRECISION, 0, 255);
    }

    private static Window[] windows(int from, int to, Resampling filter) {
        return filter.windows(from, to).stream()
                .map(window -> new Window(window.first(), fixed(window.weights())))
                .toArray(Window[]::new);
    }

    private static int[] fixed(double[] weights) {
        return Arrays.stream(weights)
                .map(w -> w * (1 << PRECISION))
                .mapToInt(w -> (int) (w < 0 ? w - 0.5 : w + 0.5))
                .toArray();
    }
}
