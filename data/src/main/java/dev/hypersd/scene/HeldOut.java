package dev.hypersd.scene;

/**
 * One in ten combinations of kind and colour, which no training picture shows: whoever draws them has understood colours apart from
 * things.
 */
final class HeldOut {
    private static final int ONE_IN = 10;

    private HeldOut() {}

    /** Every tenth combination along the diagonals of the table of kinds and colours, so that none has two and every colour has some. */
    static boolean contains(Kind kind, Colour colour) {
        int colours = Colour.values().length;
        int diagonal = (colour.ordinal() + 3 * kind.ordinal()) % colours;
        return (kind.ordinal() * colours + diagonal) % ONE_IN == ONE_IN - 3;
    }
}
