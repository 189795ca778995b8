package dev.hypersd.scene.drawing;

/**
 * The paint of a part of a figure: a shade of the object's own colour, or a material that always has the same colour.
 */
enum Tone {
    BODY,
    /** The object's colour in full light. */
    LIGHT,
    /** The object's colour in the shade. */
    SHADE,
    WOOD,
    LEAF,
    GLASS,
    GLOW,
    CREAM,
    GOLD,
    BLUSH,
    /** Eyes, tyres, fine lines. */
    DARK,
    /** A reflection of the light. */
    SHINE;

    /** Returns whether it shows the object's colour. */
    boolean own() {
        return this == BODY || this == LIGHT || this == SHADE;
    }

    /** Returns whether it is a body that light falls on, and not a mere mark. */
    boolean solid() {
        return this != DARK && this != SHINE;
    }
}
