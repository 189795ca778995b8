package dev.hypersd.scene.drawing;

import java.awt.Color;

/** What a part of a figure is painted with: a shade of the object's own colour, or a material that always looks the same. */
enum Tone {
    BODY,
    /** Of the object's colour, lighter. */
    LIGHT,
    /** Of the object's colour, darker. */
    SHADE,
    WOOD(0x8A5A33),
    LEAF(0x2E7D32),
    GLASS(0xBFE6F5),
    GLOW(0xFFE9A8),
    CREAM(0xF5E6C8),
    GOLD(0xF2B632),
    DARK(0x2B2530);

    private final Color material;

    Tone() {
        this(0);
    }

    Tone(int rgb) {
        this.material = new Color(rgb);
    }

    /** Whether it shows the object's colour. */
    boolean own() {
        return this == BODY || this == LIGHT || this == SHADE;
    }

    /** @param colour the object's own */
    Color of(Color colour) {
        return switch (this) {
            case BODY -> colour;
            case LIGHT -> Colours.mix(colour, Color.WHITE, 0.45);
            case SHADE -> Colours.mix(colour, Color.BLACK, 0.22);
            default -> material;
        };
    }
}
