package dev.hypersd.scene.content;

/** The content of a picture: the objects and their layout, the background and the style. */
public record Scene(Layout layout, Background background, Style style) {
    /** Returns whether it has a combination of kind and colour that is held out of training. */
    public boolean heldOut() {
        return layout.items().stream().anyMatch(Item::heldOut);
    }

    /** Returns the number of objects. */
    public int objects() {
        return layout.items().stream().mapToInt(Item::count).sum();
    }
}
