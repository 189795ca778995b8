package dev.hypersd.scene.content;

import java.util.Locale;

/** How large an object is. */
public enum SizeClass {
    SMALL(0.26),
    MEDIUM(0.37),
    LARGE(0.52);

    private final double extent;

    SizeClass(double extent) {
        this.extent = extent;
    }

    /** Width and height as a part of the picture's. */
    public double extent() {
        return extent;
    }

    /** What a caption calls it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
