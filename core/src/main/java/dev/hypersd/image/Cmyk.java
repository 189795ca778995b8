package dev.hypersd.image;

import java.awt.image.Raster;

/** Converts the inks of printers to RGB, which the JDK does not. */
final class Cmyk {
    static final int CHANNELS = 4;

    private Cmyk() {}

    /**
     * Converts the channels of a CMYK JPEG to RGB as Pillow does: red is {@code 255 - K - C * (255 - K) / 255}, green
     * and blue follow from M and Y. By Adobe's convention the file stores the channels inverted.
     *
     * @param transform 2 if cyan, magenta and yellow are stored as YCbCr
     */
    static Image rgb(Raster raster, int transform) {
        byte[] rgb = new byte[3 * raster.getWidth() * raster.getHeight()];
        int[] row = new int[CHANNELS * raster.getWidth()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int x = 0; x < raster.getWidth(); x++) {
                int[] inverted = {row[CHANNELS * x], row[CHANNELS * x + 1], row[CHANNELS * x + 2]};
                if (transform == 2) {
                    inverted = invertedInks(inverted[0], inverted[1] - 128, inverted[2] - 128);
                }
                int light = row[CHANNELS * x + 3];
                for (int channel = 0; channel < 3; channel++) {
                    int product = (255 - inverted[channel]) * light + 128;
                    int shade = ((product >> 8) + product) >> 8;
                    rgb[3 * (y * raster.getWidth() + x) + channel] = (byte) Math.max(0, light - shade);
                }
            }
        }
        return new Image(raster.getWidth(), raster.getHeight(), rgb);
    }

    /** Converts YCCK to inverted CMY (ITU-T T.871, section 7, applied to the inks). */
    private static int[] invertedInks(int luma, int blue, int red) {
        return new int[] {
            255 - clamped(luma + 1.402 * red),
            255 - clamped(luma - 0.344136 * blue - 0.714136 * red),
            255 - clamped(luma + 1.772 * blue)
        };
    }

    private static int clamped(double value) {
        return Math.clamp(Math.round(value), 0, 255);
    }
}
