package dev.hypersd.scene.content;

/**
 * One object of a scene, or several equal ones.
 *
 * @param count 1 to 3
 */
public record Item(int count, Kind kind, Colour colour, SizeClass size) {
    private static final int ONE_IN = 10;

    public Item {
        if (count < 1 || count > 3) {
            throw new IllegalArgumentException("a scene has 1 to 3 of a thing, not " + count);
        }
    }

    /** Returns whether this combination of kind and colour is held out of training. */
    public boolean heldOut() {
        return heldOut(kind, colour);
    }

    /**
     * Returns whether {@code kind} in {@code colour} is one of the combinations, one in ten, that no training picture
     * shows. A model that draws them has learned colours independently of kinds. They lie along the diagonals of the
     * table of kinds and colours, so that no kind has two and every colour has some.
     */
    public static boolean heldOut(Kind kind, Colour colour) {
        int colours = Colour.values().length;
        int diagonal = (colour.ordinal() + 3 * kind.ordinal()) % colours;
        return (kind.ordinal() * colours + diagonal) % ONE_IN == ONE_IN - 3;
    }
}
