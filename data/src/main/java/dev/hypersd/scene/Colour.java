package dev.hypersd.scene;

import java.util.Locale;

/** The colour of an object's main part. */
public enum Colour {
    RED(0xE0262E),
    ORANGE(0xF58A1F),
    YELLOW(0xFADB2A),
    GREEN(0x35B544),
    BLUE(0x2F62E0),
    PURPLE(0x8E3CC9),
    PINK(0xFF7DB8),
    WHITE(0xF6F6F2);

    private final int rgb;

    Colour(int rgb) {
        this.rgb = rgb;
    }

    /** {@code 0xRRGGBB}. */
    public int rgb() {
        return rgb;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
