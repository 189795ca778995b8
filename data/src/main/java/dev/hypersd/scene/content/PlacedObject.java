package dev.hypersd.scene.content;

/**
 * One object with its coordinates.
 *
 * @param x its centre, 0 to 1 from the left
 * @param y its centre, 0 to 1 from the top
 * @param extent its width and height as a fraction of the picture's
 * @param tilt its rotation in degrees clockwise
 * @param mirrored whether left and right are exchanged
 */
public record PlacedObject(Kind kind, Colour colour, double x, double y, double extent, double tilt, boolean mirrored) {
    /** Creates an object that is neither tilted nor mirrored. */
    public static PlacedObject upright(Kind kind, Colour colour, double x, double y, double extent) {
        return new PlacedObject(kind, colour, x, y, extent, 0, false);
    }
}
