package dev.hypersd.scene.content;

import java.util.Locale;

/** The colour of an object's main part. */
public enum Colour {
    RED,
    ORANGE,
    YELLOW,
    GREEN,
    BLUE,
    PURPLE,
    PINK,
    WHITE;

    /** What a caption calls it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
