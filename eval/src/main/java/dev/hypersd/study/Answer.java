package dev.hypersd.study;

import java.util.Locale;

/** The answer of a rater to a question about two pictures that are shown side by side. */
public enum Answer {
    /** The left picture is preferred. */
    LEFT,
    /** Neither picture is preferred. */
    TIE,
    /** The right picture is preferred. */
    RIGHT;

    /** Returns the word for it in files and requests: {@code left}, {@code tie} or {@code right}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
