package dev.hypersd.scene.drawing;

import java.awt.Shape;
import java.awt.geom.AffineTransform;

/**
 * One area of a figure.
 *
 * @param lit its side towards the light
 * @param shaded its side away from the light
 */
record Layer(Shape shape, Tone tone, Shape lit, Shape shaded) {
    /** The width of the lit and shaded sides. */
    private static final double SIDE = .055;

    /** Creates a layer in the square from -0.5 to 0.5, lit from the upper left. */
    static Layer of(Tone tone, Shape shape) {
        return new Layer(
                shape,
                tone,
                Shapes.minus(shape, Shapes.moved(shape, SIDE * .8, SIDE)),
                Shapes.minus(shape, Shapes.moved(shape, -SIDE * 1.1, -SIDE * 1.4)));
    }

    Layer mirrored() {
        return of(tone, AffineTransform.getScaleInstance(-1, 1).createTransformedShape(shape));
    }

    Layer transformed(AffineTransform transform) {
        return new Layer(
                transform.createTransformedShape(shape),
                tone,
                transform.createTransformedShape(lit),
                transform.createTransformedShape(shaded));
    }
}
