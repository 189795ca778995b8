package dev.hypersd.scene.drawing;

import java.awt.Color;

/** Arithmetic on colours. */
final class Colours {
    private Colours() {}

    /** {@code a} with a part of {@code b}, 0..1, in it; opaque. */
    static Color mix(Color a, Color b, double part) {
        return new Color(
                mix(a.getRed(), b.getRed(), part),
                mix(a.getGreen(), b.getGreen(), part),
                mix(a.getBlue(), b.getBlue(), part));
    }

    /** {@code colour} as a glaze, 0 for invisible to 1 for opaque. */
    static Color glaze(Color colour, double opacity) {
        return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), (int) Math.round(opacity * 255));
    }

    private static int mix(int a, int b, double part) {
        return (int) Math.round(a + (b - a) * part);
    }
}
