package dev.hypersd.scene.content;

import java.util.List;

/** The place of an object in the picture, as one of the nine fields of a grid. */
public enum Place {
    TOP_LEFT("in the top left corner", "at the top left"),
    TOP("at the top", "in the upper part"),
    TOP_RIGHT("in the top right corner", "at the top right"),
    LEFT("on the left", "at the left side"),
    CENTRE("in the middle", "in the centre"),
    RIGHT("on the right", "at the right side"),
    BOTTOM_LEFT("in the bottom left corner", "at the bottom left"),
    BOTTOM("at the bottom", "in the lower part"),
    BOTTOM_RIGHT("in the bottom right corner", "at the bottom right");

    private final List<String> phrases;

    Place(String... phrases) {
        this.phrases = List.of(phrases);
    }

    /** Returns the column: -1 for left, 0 for the middle, 1 for right. */
    public int column() {
        return ordinal() % 3 - 1;
    }

    /** Returns the row: -1 for top, 0 for the middle, 1 for bottom. */
    public int row() {
        return ordinal() / 3 - 1;
    }

    /** Returns the phrases by which captions name it. */
    public List<String> phrases() {
        return phrases;
    }
}
