package dev.hypersd.metric;

import dev.hypersd.image.Image;
import java.util.Arrays;

/**
 * The boundary score of two line drawings (Martin, Fowlkes and Malik, 2004): precision, recall and F1 of the pixels on
 * lines. A pixel is matched by a line of the other picture that is at most 0.75% of the diagonal away, which is one
 * pixel in pictures of 128x128.
 *
 * @param precision the fraction of the drawn lines that match wanted ones, 0 to 1
 * @param recall the fraction of the wanted lines that were drawn, 0 to 1
 */
public record BoundaryScore(double precision, double recall) {
    private static final double DISTANCE = 0.0075;
    private static final int WHITE = 127;

    /**
     * Compares two pictures with white lines on black.
     *
     * @param wanted the lines that had to be followed
     * @param drawn the lines that were found, in a picture of the same size
     */
    public static BoundaryScore between(Image wanted, Image drawn) {
        if (wanted.width() != drawn.width() || wanted.height() != drawn.height()) {
            throw new IllegalArgumentException("lines are compared in pictures of one size, not of %dx%d and %dx%d"
                    .formatted(wanted.width(), wanted.height(), drawn.width(), drawn.height()));
        }
        return new BoundaryScore(covered(drawn, wanted), covered(wanted, drawn));
    }

    /** Returns the harmonic mean of precision and recall, 0 to 1. */
    public double f1() {
        double sum = precision + recall;
        return sum == 0 ? 0 : 2 * precision * recall / sum;
    }

    /** Returns the fraction of the lines of {@code from} that a line of {@code to} matches; 1 if there are no lines. */
    private static double covered(Image from, Image to) {
        boolean[] near = near(to);
        boolean[] lines = lines(from);
        int all = 0;
        int found = 0;
        for (int i = 0; i < lines.length; i++) {
            if (lines[i]) {
                all++;
                found += near[i] ? 1 : 0;
            }
        }
        return all == 0 ? 1 : (double) found / all;
    }

    private static boolean[] lines(Image picture) {
        byte[] rgb = picture.rgb();
        boolean[] lines = new boolean[rgb.length / 3];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = (rgb[3 * i] & 0xFF) > WHITE;
        }
        return lines;
    }

    /** Returns the pixels with a line in the square around them. */
    private static boolean[] near(Image picture) {
        int width = picture.width();
        int height = picture.height();
        int distance = Math.max(1, (int) Math.round(DISTANCE * Math.hypot(width, height)));
        boolean[] lines = lines(picture);
        boolean[] near = new boolean[lines.length];
        for (int i = 0; i < lines.length; i++) {
            if (lines[i]) {
                for (int y = Math.max(0, i / width - distance); y <= Math.min(height - 1, i / width + distance); y++) {
                    int left = Math.max(0, i % width - distance);
                    int right = Math.min(width - 1, i % width + distance);
                    Arrays.fill(near, y * width + left, y * width + right + 1, true);
                }
            }
        }
        return near;
    }
}
