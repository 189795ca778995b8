package dev.hypersd.scene.drawing;

import java.awt.Color;

/** Arithmetic on colours. */
final class Colours {
    private Colours() {}

    /**
     * Returns an opaque mixture of {@code a} and {@code b}.
     *
     * @param part the fraction of {@code b}, 0 to 1
     */
    static Color mix(Color a, Color b, double part) {
        return new Color(
                mix(a.getRed(), b.getRed(), part),
                mix(a.getGreen(), b.getGreen(), part),
                mix(a.getBlue(), b.getBlue(), part));
    }

    /** Returns {@code colour} with an opacity from 0 (invisible) to 1 (opaque). */
    static Color glaze(Color colour, double opacity) {
        return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), (int) Math.round(opacity * 255));
    }

    private static int mix(int a, int b, double part) {
        return (int) Math.round(a + (b - a) * part);
    }
}
