package dev.hypersd.metric;

/** The attributes that a caption can name, each of which a picture shows or does not. */
public enum Attribute {
    /** An object of the kind is there. */
    KIND,
    /** All objects of the kind have the colour. */
    COLOUR,
    /** There are exactly as many objects of the kind. */
    COUNT,
    /** All objects of the kind have the size. */
    SIZE,
    /** The object, or the middle of its row, is in the named place of the picture. */
    PLACE,
    /** The first kind of objects is in the named relation to the second. */
    RELATION,
    BACKGROUND,
    STYLE
}
