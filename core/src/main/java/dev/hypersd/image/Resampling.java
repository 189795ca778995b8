package dev.hypersd.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The filters by which pictures are resized. */
public enum Resampling {
    /** Catmull and Rom's cubic (a = -1/2) over 4 pixels, with which CLIP and similar models were trained. */
    BICUBIC(2) {
        @Override
        double weight(double distance) {
            double x = Math.abs(distance);
            if (x < 1) {
                return ((A + 2) * x - (A + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        }
    },

    /** The windowed sinc function over 6 pixels, the sharpest filter, which diffusers uses for input pictures. */
    LANCZOS(3) {
        @Override
        double weight(double distance) {
            return Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0;
        }
    };

    private static final double A = -0.5;

    /**
     * The pixels of a line that contribute to one pixel of the resized line.
     *
     * @param first the first of them
     * @param weights their weights, whose sum is 1
     */
    public record Window(int first, double[] weights) {}

    /** The radius of the filter, in pixels of the smaller picture. */
    private final int support;

    Resampling(int support) {
        this.support = support;
    }

    /**
     * Returns the window of each pixel of a resized line. Where the line gets shorter, the filter gets wider in
     * proportion, which is antialiasing.
     *
     * @param from the number of pixels of the line
     * @param to the number of pixels of the resized line
     */
    public List<Window> windows(int from, int to) {
        double scale = (double) from / to;
        double widening = Math.max(scale, 1);
        double reach = support * widening;
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max((int) (centre - reach + 0.5), 0);
            int end = Math.min((int) (centre + reach + 0.5), from);
            double[] weights = new double[end - first];
            Arrays.setAll(weights, k -> weight((k + first - centre + 0.5) / widening));
            double sum = Arrays.stream(weights).sum();
            Arrays.setAll(weights, k -> weights[k] / sum);
            windows.add(new Window(first, weights));
        }
        return windows;
    }

    /** Returns the weight of a pixel at a distance in pixels of the smaller picture, before normalisation. */
    abstract double weight(double distance);

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
