package dev.hypersd.scene;

/**
 * One object at its place.
 *
 * @param x of its centre, 0..1 from the left
 * @param y of its centre, 0..1 from the top
 * @param extent width and height as a part of the picture's
 */
public record Placed(Kind kind, Colour colour, double x, double y, double extent) {}
