package dev.hypersd.scene.content;

import java.util.List;

/** The background of a scene. */
public enum Background {
    MOSS("on moss", "on green moss"),
    SAND("on sand", "on the sand"),
    SEA("on the sea", "on the water"),
    NIGHT("at night", "under the night sky"),
    BRICKS("against a brick wall", "on a brick wall"),
    PAPER("on paper", "on a sheet of paper");

    private final List<String> phrases;

    Background(String... phrases) {
        this.phrases = List.of(phrases);
    }

    /** Returns the phrases by which captions name it. */
    public List<String> phrases() {
        return phrases;
    }
}
