package dev.hypersd.image;

import java.util.Arrays;

/**
 * Resizes with antialiasing, first along rows, then along columns, in the fixed-point arithmetic of Pillow, whose
 * results the models were trained on: weights of 22 binary digits, and each direction rounded to eight bits.
 */
final class Resizer {
    private static final int CHANNELS = 3;
    private static final int PRECISION = 22;

    /**
     * The weights for one pixel of the result.
     *
     * @param first the first pixel they apply to
     * @param weights in units of {@code 2^-22}
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
     * Resamples lines of groups of {@code group} pixels: for rows many lines of single pixels, for columns one line of
     * whole rows.
     *
     * @param stride bytes from one line to the next
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
