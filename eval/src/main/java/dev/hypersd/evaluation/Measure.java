package dev.hypersd.evaluation;

import java.util.Locale;

/** What judges say of a picture in one number, higher is better. */
public enum Measure {
    /** 100 times the cosine of picture and prompt, by a CLIP. */
    CLIP("clip score"),
    /** How well the picture looks. */
    AESTHETIC("aesthetic"),
    /** How much it would be preferred as a picture of its prompt. */
    PREFERENCE("preference");

    private final String title;

    Measure(String title) {
        this.title = title;
    }

    /** For people. */
    String title() {
        return title;
    }

    /** For files. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
