package dev.hypersd.scene.content;

import java.util.List;

/** The style in which a picture is drawn. */
public enum Style {
    /** Shaded objects with a thin outline: the style of a picture whose caption names none. */
    FLAT("a flat picture of %s", "%s, flat", "%s in flat style"),
    OUTLINE("an outline drawing of %s", "%s, outline drawing", "%s as an outline drawing"),
    WATERCOLOUR("a watercolour of %s", "%s, watercolour", "%s in watercolour"),
    NEON("a neon sign of %s", "%s, neon", "%s in neon light"),
    PIXEL("pixel art of %s", "%s, pixel art", "%s as pixel art");

    private final List<String> phrases;

    Style(String... phrases) {
        this.phrases = List.of(phrases);
    }

    /** Returns the phrases by which captions name it, each with {@code %s} where the rest of the caption goes. */
    public List<String> phrases() {
        return phrases;
    }
}
