package dev.hypersd.scene.drawing;

import dev.hypersd.data.SeededRandom;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;

/**
 * A smooth random deformation of the plane, which makes lines look hand-drawn. Shapes that touch still touch after it.
 *
 * @param reach the amplitude, in pixels
 * @param frequency the spatial frequency, in radians per pixel
 * @param across the phase of the horizontal displacement, in radians
 * @param down the phase of the vertical displacement, in radians
 */
record Ripple(double reach, double frequency, double across, double down) {
    /**
     * Creates a random deformation.
     *
     * @param extent the size of the figure that is to be deformed, in pixels
     */
    static Ripple of(SeededRandom random, double extent) {
        return new Ripple(
                extent * .02,
                2 * Math.PI / (extent * .45),
                random.between(0, 2 * Math.PI),
                random.between(0, 2 * Math.PI));
    }

    Shape through(Shape shape) {
        Path2D.Double moved = new Path2D.Double();
        double[] points = new double[6];
        for (PathIterator at = shape.getPathIterator(null); !at.isDone(); at.next()) {
            int segment = at.currentSegment(points);
            for (int i = 0; i < points.length; i += 2) {
                double x = points[i];
                double y = points[i + 1];
                points[i] = x + reach * Math.sin(frequency * y + across);
                points[i + 1] = y + reach * Math.sin(frequency * x + down);
            }
            switch (segment) {
                case PathIterator.SEG_MOVETO -> moved.moveTo(points[0], points[1]);
                case PathIterator.SEG_LINETO -> moved.lineTo(points[0], points[1]);
                case PathIterator.SEG_QUADTO -> moved.quadTo(points[0], points[1], points[2], points[3]);
                case PathIterator.SEG_CUBICTO ->
                    moved.curveTo(points[0], points[1], points[2], points[3], points[4], points[5]);
                default -> moved.closePath();
            }
        }
        return moved;
    }
}
