package dev.hypersd.scene;

import java.util.List;

/** How the picture is painted. */
public enum Style {
    /** Shaded areas with a thin outline: what is drawn unless something else is asked for. */
    FLAT("flat", "in flat style"),
    OUTLINE("outline drawing", "drawn as an outline"),
    WATERCOLOUR("watercolour", "in watercolour"),
    NEON("neon", "in neon light"),
    PIXEL("pixel art", "as pixel art");

    private final List<String> phrases;

    Style(String... phrases) {
        this.phrases = List.of(phrases);
    }

    /** Ways to say it. */
    public List<String> phrases() {
        return phrases;
    }
}
