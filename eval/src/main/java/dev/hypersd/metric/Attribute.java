package dev.hypersd.metric;

/** What a caption can say of a picture, each to be correct or not. */
public enum Attribute {
    /** A thing is there. */
    KIND,
    /** All of its kind have the colour. */
    COLOUR,
    /** There are as many, not fewer and not more. */
    COUNT,
    /** All of its kind have the size. */
    SIZE,
    /** The only thing, or the middle of its row, is in the field. */
    PLACE,
    /** The first thing lies so to the second. */
    RELATION,
    BACKGROUND,
    STYLE
}
