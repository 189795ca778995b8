package dev.hypersd.scene.content;

/** What a picture shows: the things and where they are, what is behind them, and how it is painted. */
public record Scene(Layout layout, Background background, Style style) {
    /** Whether it has a combination that no training picture shows. */
    public boolean heldOut() {
        return layout.items().stream().anyMatch(Item::heldOut);
    }

    /** How many objects there are. */
    public int objects() {
        return layout.items().stream().mapToInt(Item::count).sum();
    }
}
