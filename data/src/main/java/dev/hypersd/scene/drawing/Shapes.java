package dev.hypersd.scene.drawing;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** Geometric shapes from which figures are composed. */
final class Shapes {
    /**
     * Units of the coordinates in which strokes are computed, per width of a figure. Java2D approximates curves to a
     * tenth of a unit.
     */
    private static final double FINE = 100;

    private Shapes() {}

    /** Returns an outline in the syntax of {@link PathText}. */
    static Shape path(String text) {
        return PathText.read(text);
    }

    static Shape circle(double x, double y, double radius) {
        return ellipse(x, y, radius, radius);
    }

    static Shape ellipse(double x, double y, double halfWidth, double halfHeight) {
        return new Ellipse2D.Double(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
    }

    static Shape box(double left, double top, double right, double bottom) {
        return new Rectangle2D.Double(left, top, right - left, bottom - top);
    }

    static Shape union(Shape... parts) {
        Area union = new Area();
        for (Shape part : parts) {
            union.add(new Area(part));
        }
        return union;
    }

    static Area minus(Shape shape, Shape hole) {
        Area rest = new Area(shape);
        rest.subtract(new Area(hole));
        return rest;
    }

    static Area common(Shape one, Shape other) {
        Area common = new Area(one);
        common.intersect(new Area(other));
        return common;
    }

    /** Returns the area that a round pen of {@code width} covers along a path. */
    static Shape line(double width, String text) {
        return stroke(width, path(text));
    }

    /** Returns {@code shape} with rounded corners, larger by {@code radius} on all sides. */
    static Shape rounded(Shape shape, double radius) {
        return union(shape, stroke(2 * radius, shape));
    }

    static Shape turned(Shape shape, double degrees, double x, double y) {
        return AffineTransform.getRotateInstance(Math.toRadians(degrees), x, y).createTransformedShape(shape);
    }

    static Shape moved(Shape shape, double x, double y) {
        return AffineTransform.getTranslateInstance(x, y).createTransformedShape(shape);
    }

    /** Returns a star of five points, the first one pointing up. */
    static Shape star(double x, double y, double outer, double inner) {
        Path2D star = new Path2D.Double();
        for (int i = 0; i < 10; i++) {
            double radius = i % 2 == 0 ? outer : inner;
            double angle = Math.PI * (i / 5.0 - .5);
            double across = x + radius * Math.cos(angle);
            double down = y + radius * Math.sin(angle);
            if (i == 0) {
                star.moveTo(across, down);
            } else {
                star.lineTo(across, down);
            }
        }
        star.closePath();
        return star;
    }

    private static Shape stroke(double width, Shape path) {
        BasicStroke pen = new BasicStroke((float) (width * FINE), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
        Shape large = AffineTransform.getScaleInstance(FINE, FINE).createTransformedShape(path);
        return AffineTransform.getScaleInstance(1 / FINE, 1 / FINE)
                .createTransformedShape(pen.createStrokedShape(large));
    }
}
