package dev.hypersd.scene.content;

import java.util.Locale;

/** The size of an object, as captions name it. */
public enum SizeClass {
    SMALL(0.26),
    MEDIUM(0.37),
    LARGE(0.52);

    private final double extent;

    SizeClass(double extent) {
        this.extent = extent;
    }

    /** Returns width and height as a fraction of the picture's. */
    public double extent() {
        return extent;
    }

    /** Returns the word by which captions name it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
