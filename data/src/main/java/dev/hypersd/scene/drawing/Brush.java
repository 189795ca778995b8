package dev.hypersd.scene.drawing;

import dev.hypersd.scene.Choice;
import dev.hypersd.scene.Style;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.RadialGradientPaint;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** A way to paint an object. */
@FunctionalInterface
interface Brush {
    /**
     * Paints one object.
     *
     * @param figure its areas at their place on the canvas, from back to front
     * @param colour its own
     * @param extent its width in pixels
     */
    void paint(Graphics2D graphics, List<Layer> figure, Color colour, double extent);

    /** The brush of {@code style}. */
    static Brush of(Style style, Choice choice) {
        return switch (style) {
            case FLAT -> Brush::shaded;
            case OUTLINE -> Brush::outlined;
            case WATERCOLOUR -> (graphics, figure, colour, extent) -> washed(graphics, figure, colour, extent, choice);
            case NEON -> Brush::glowing;
            case PIXEL -> Brush::blocky;
        };
    }

    private static void shaded(Graphics2D graphics, List<Layer> figure, Color colour, double extent) {
        Area silhouette = Painter.silhouette(figure);
        shadow(graphics, silhouette, extent);
        Color edge = Colours.mix(colour, Color.BLACK, 0.62);
        for (Layer layer : figure) {
            graphics.setPaint(gradient(layer, layer.tone().of(colour)));
            graphics.fill(layer.shape());
        }
        figure.stream().filter(layer -> layer.tone() == Tone.BODY).forEach(layer -> highlight(graphics, layer.shape()));
        graphics.setColor(Colours.glaze(edge, 0.35));
        graphics.setStroke(pen(extent * 0.012));
        figure.forEach(layer -> graphics.draw(layer.shape()));
        graphics.setColor(edge);
        graphics.setStroke(pen(Math.max(extent * 0.028, 0.9)));
        graphics.draw(silhouette);
    }

    /** Soft, to the lower right, as if the light came from the upper left. */
    private static void shadow(Graphics2D graphics, Area silhouette, double extent) {
        Shape moved = AffineTransform.getTranslateInstance(extent * 0.045, extent * 0.06)
                .createTransformedShape(silhouette);
        graphics.setColor(new Color(0, 0, 0, 26));
        graphics.fill(moved);
        for (double width : new double[] {0.03, 0.07, 0.12}) {
            graphics.setStroke(pen(extent * width));
            graphics.draw(moved);
        }
    }

    private static Paint gradient(Layer layer, Color colour) {
        Rectangle2D box = layer.shape().getBounds2D();
        Color light = Colours.mix(colour, Color.WHITE, layer.tone().own() ? 0.28 : 0.12);
        Color dark = Colours.mix(colour, Color.BLACK, layer.tone().own() ? 0.2 : 0.12);
        return new GradientPaint(
                (float) box.getMinX(),
                (float) box.getMinY(),
                light,
                (float) box.getMaxX(),
                (float) box.getMaxY(),
                dark);
    }

    private static void highlight(Graphics2D graphics, Shape body) {
        Rectangle2D box = body.getBounds2D();
        double x = box.getMinX() + box.getWidth() * 0.32;
        double y = box.getMinY() + box.getHeight() * 0.27;
        double radius = box.getWidth() * 0.26;
        Area spot = new Area(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
        spot.intersect(new Area(body));
        graphics.setPaint(
                new RadialGradientPaint((float) x, (float) y, (float) radius, new float[] {0, 1}, new Color[] {
                    new Color(255, 255, 255, 150), new Color(255, 255, 255, 0)
                }));
        graphics.fill(spot);
    }

    private static void outlined(Graphics2D graphics, List<Layer> figure, Color colour, double extent) {
        Area silhouette = Painter.silhouette(figure);
        graphics.setColor(new Color(0xFFFDF7));
        graphics.fill(silhouette);
        graphics.setColor(Colours.glaze(colour, 0.3));
        figure.stream().filter(layer -> layer.tone().own()).forEach(layer -> graphics.fill(layer.shape()));
        Color line = Colours.mix(colour, Color.BLACK, 0.12);
        graphics.setColor(line);
        graphics.setStroke(pen(extent * 0.03));
        figure.forEach(layer -> graphics.draw(layer.shape()));
        graphics.setStroke(pen(Math.max(extent * 0.065, 1.5)));
        graphics.draw(silhouette);
        graphics.setColor(new Color(0x3A3540));
        graphics.setStroke(pen(Math.max(extent * 0.018, 0.7)));
        graphics.draw(silhouette);
    }

    private static void washed(Graphics2D graphics, List<Layer> figure, Color colour, double extent, Choice choice) {
        for (Layer layer : figure) {
            Color wash = Colours.mix(layer.tone().of(colour), Color.WHITE, 0.12);
            for (int coat = 0; coat < 3; coat++) {
                Shape moved = AffineTransform.getTranslateInstance(
                                choice.between(-0.02, 0.02) * extent, choice.between(-0.02, 0.02) * extent)
                        .createTransformedShape(layer.shape());
                graphics.setColor(Colours.glaze(wash, 0.5));
                graphics.fill(moved);
            }
            bloom(graphics, layer.shape(), colour, choice);
            graphics.setColor(Colours.glaze(Colours.mix(layer.tone().of(colour), Color.BLACK, 0.25), 0.35));
            graphics.setStroke(pen(extent * 0.03));
            graphics.draw(layer.shape());
        }
    }

    /** Where water has carried the paint away. */
    private static void bloom(Graphics2D graphics, Shape shape, Color colour, Choice choice) {
        Rectangle2D box = shape.getBounds2D();
        Area inside = new Area(shape);
        for (int i = 0; i < 3; i++) {
            double radius = box.getWidth() * choice.between(0.12, 0.3);
            double x = choice.between(box.getMinX(), box.getMaxX());
            double y = choice.between(box.getMinY(), box.getMaxY());
            Area spot = new Area(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
            spot.intersect(inside);
            Color tint = choice.chance(0.5) ? Color.WHITE : Colours.mix(colour, Color.BLACK, 0.2);
            graphics.setColor(Colours.glaze(tint, 0.16));
            graphics.fill(spot);
        }
    }

    private static void glowing(Graphics2D graphics, List<Layer> figure, Color colour, double extent) {
        Area silhouette = Painter.silhouette(figure);
        graphics.setColor(Colours.glaze(colour, 0.12));
        for (double width : new double[] {0.36, 0.26, 0.18, 0.12}) {
            graphics.setStroke(pen(extent * width));
            graphics.draw(silhouette);
        }
        graphics.setColor(Colours.mix(colour, Color.BLACK, 0.72));
        graphics.fill(silhouette);
        graphics.setColor(Colours.mix(colour, Color.BLACK, 0.1));
        graphics.setStroke(pen(Math.max(extent * 0.045, 1.2)));
        figure.forEach(layer -> graphics.draw(layer.shape()));
        graphics.setStroke(pen(Math.max(extent * 0.08, 1.8)));
        graphics.draw(silhouette);
        graphics.setColor(Colours.mix(colour, Color.WHITE, 0.6));
        graphics.setStroke(pen(Math.max(extent * 0.025, 0.8)));
        graphics.draw(silhouette);
    }

    private static void blocky(Graphics2D graphics, List<Layer> figure, Color colour, double extent) {
        for (Layer layer : figure) {
            graphics.setColor(layer.tone().of(colour));
            graphics.fill(layer.shape());
        }
        graphics.setColor(Colours.mix(colour, Color.BLACK, 0.6));
        graphics.setStroke(pen(Math.max(extent * 0.02, 0.6)));
        graphics.draw(Painter.silhouette(figure));
    }

    private static BasicStroke pen(double width) {
        return new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    }
}
