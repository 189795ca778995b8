package dev.hypersd.scene;

/** The truth about a picture. */
public record Scene(Layout layout, Background background, Style style) {
    /** Whether it has a combination that no training picture shows. */
    public boolean heldOut() {
        return layout.items().stream().anyMatch(item -> HeldOut.contains(item.kind(), item.colour()));
    }

    /** How many objects there are. */
    public int objects() {
        return layout.items().stream().mapToInt(Item::count).sum();
    }
}
