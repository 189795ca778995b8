package dev.hypersd.image;

/** How the pixels of a resized picture are weighted from those around them. */
public enum Resampling {
    /** Catmull and Rom's cubic (a = -1/2) over 4 pixels: what CLIP and its like were trained with. */
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

    /** The sinc function windowed by another over 6 pixels: the sharpest, what diffusers takes for input pictures. */
    LANCZOS(3) {
        @Override
        double weight(double distance) {
            return Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0;
        }
    };

    private static final double A = -0.5;

    private final int support;

    Resampling(int support) {
        this.support = support;
    }

    /** How far the filter reaches, in pixels of the smaller picture. */
    int support() {
        return support;
    }

    /** The weight of a pixel at a distance, in pixels of the smaller picture; not normalised. */
    abstract double weight(double distance);

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
