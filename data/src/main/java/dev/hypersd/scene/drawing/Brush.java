package dev.hypersd.scene.drawing;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Style;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;

/** A way to draw objects; each style has its own. */
@FunctionalInterface
interface Brush {
    /**
     * The width of the outline of an object, as a fraction of its extent; half of it lies outside of the silhouette.
     */
    double LINE = .05;

    /**
     * Draws one object.
     *
     * @param figure the figure at its place on the canvas
     * @param extent its width in pixels
     */
    void paint(Graphics2D graphics, Figure figure, Colour colour, double extent);

    /** Returns the brush of {@code style} for objects on {@code background}. */
    static Brush of(Style style, Background background, SeededRandom random) {
        return switch (style) {
            case FLAT -> new ShadedBrush(background == Background.NIGHT);
            case OUTLINE -> new InkBrush();
            case WATERCOLOUR -> new WaterBrush(random);
            case NEON -> new NeonBrush();
            case PIXEL -> new PixelBrush();
        };
    }

    /** Draws along an outline with a round pen. */
    static void draw(Graphics2D graphics, Shape shape, Color colour, double width) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(shape);
    }

    static void fill(Graphics2D graphics, Shape shape, Color colour) {
        graphics.setColor(colour);
        graphics.fill(shape);
    }
}
