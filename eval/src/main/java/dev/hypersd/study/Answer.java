package dev.hypersd.study;

import java.util.Locale;

/** What somebody says of two pictures that stand side by side. */
public enum Answer {
    /** The left one is preferred. */
    LEFT,
    /** Neither is. */
    TIE,
    /** The right one is preferred. */
    RIGHT;

    /** Returns the word for it in files and requests: {@code left}, {@code tie} or {@code right}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
