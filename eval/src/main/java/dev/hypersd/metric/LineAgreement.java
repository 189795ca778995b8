package dev.hypersd.metric;

import dev.hypersd.image.Image;
import java.util.Arrays;

/**
 * How well the lines of one picture lie on those of another, as boundaries are compared (Martin, Fowlkes and Malik, 2004): lines agree where they are no farther
 * apart than three quarters of a hundredth of the diagonal, one pixel in pictures of 128x128.
 *
 * @param precision the share of what was drawn that lies on what was wanted; 0..1
 * @param recall the share of what was wanted that was drawn; 0..1
 */
public record LineAgreement(double precision, double recall) {
    private static final double DISTANCE = 0.0075;
    private static final int WHITE = 127;

    /**
     * Compares pictures of lines that are white on black.
     *
     * @param wanted what was to be followed
     * @param drawn of the same size
     */
    public static LineAgreement between(Image wanted, Image drawn) {
        if (wanted.width() != drawn.width() || wanted.height() != drawn.height()) {
            throw new IllegalArgumentException("lines are compared in pictures of one size, not of %dx%d and %dx%d"
                    .formatted(wanted.width(), wanted.height(), drawn.width(), drawn.height()));
        }
        return new LineAgreement(covered(drawn, wanted), covered(wanted, drawn));
    }

    /** The harmonic mean, the boundary literature's F: 0..1. */
    public double value() {
        double sum = precision + recall;
        return sum == 0 ? 0 : 2 * precision * recall / sum;
    }

    /** The share of the lines of {@code from} that have a line of {@code to} near them; 1 where there are none to miss. */
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

    /** Where a line is in the square around a pixel. */
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
