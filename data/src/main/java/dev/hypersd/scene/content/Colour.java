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

    /** Returns the word by which captions name it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
