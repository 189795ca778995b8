package dev.hypersd.scene.drawing;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RadialGradientPaint;
import java.awt.Shape;
import java.awt.geom.AffineTransform;

/**
 * A square drawing area with coordinates from 0 to 1, from the upper left corner.
 *
 * @param size width and height in pixels
 */
record Canvas(Graphics2D graphics, int size) {
    /** Covers everything with a gradient from top to bottom. */
    void wash(Color top, Color bottom) {
        graphics.setPaint(new GradientPaint(0, 0, top, 0, size, bottom));
        graphics.fillRect(0, 0, size, size);
    }

    void fill(Shape shape, Color colour) {
        graphics.setColor(colour);
        graphics.fill(scaled(shape));
    }

    /**
     * Draws along an outline.
     *
     * @param width the width of the pen as a fraction of the canvas, increased where it would be too thin to be visible
     */
    void draw(Shape shape, Color colour, double width) {
        graphics.setColor(colour);
        graphics.setStroke(
                new BasicStroke((float) Math.max(width * size, .7), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(scaled(shape));
    }

    /** Draws a spot that fades out towards {@code radius}. */
    void glow(double x, double y, double radius, Color colour) {
        graphics.setPaint(new RadialGradientPaint(
                (float) (x * size), (float) (y * size), (float) (radius * size), new float[] {0, 1}, new Color[] {
                    colour, Colours.glaze(colour, 0)
                }));
        graphics.fill(scaled(Shapes.circle(x, y, radius)));
    }

    private Shape scaled(Shape shape) {
        return AffineTransform.getScaleInstance(size, size).createTransformedShape(shape);
    }
}
