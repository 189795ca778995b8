package dev.hypersd.scene.content;

/**
 * One object at its place.
 *
 * @param x of its centre, 0..1 from the left
 * @param y of its centre, 0..1 from the top
 * @param extent width and height as a part of the picture's
 * @param tilt in degrees clockwise
 * @param mirrored whether left and right are exchanged
 */
public record PlacedObject(Kind kind, Colour colour, double x, double y, double extent, double tilt, boolean mirrored) {
    /** An object that stands upright. */
    public static PlacedObject upright(Kind kind, Colour colour, double x, double y, double extent) {
        return new PlacedObject(kind, colour, x, y, extent, 0, false);
    }
}
