package dev.hypersd.scene;

/**
 * One thing, or several equal ones.
 *
 * @param count 1 to 3
 */
public record Item(int count, Kind kind, Colour colour, SizeClass size) {
    public Item {
        if (count < 1 || count > 3) {
            throw new IllegalArgumentException("a scene has 1 to 3 of a thing, not " + count);
        }
    }
}
