package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Brush.draw;
import static dev.hypersd.scene.drawing.Brush.fill;
import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.scene.content.Colour;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;

/**
 * Draws shaded bodies lit from the upper left, with a thin outline and a soft shadow.
 *
 * @param night whether objects have a faint glow that separates them from the dark background, in place of a shadow
 */
record ShadedBrush(boolean night) implements Brush {
    private static final Color MOONLIGHT = new Color(0xB9C6FF);
    private static final Color GLOOM = new Color(0x1A1230);
    private static final int COATS = 6;

    @Override
    public void paint(Graphics2D graphics, Figure figure, Colour colour, double extent) {
        if (night) {
            soften(graphics, figure.silhouette(), glaze(MOONLIGHT, .055), extent * .2);
        } else {
            shadow(graphics, figure.silhouette(), extent);
        }
        draw(graphics, figure.silhouette(), Palette.of(colour).line(), Math.max(extent * LINE, 1.7));
        for (Layer layer : figure.layers()) {
            Pigment pigment = Palette.of(layer.tone(), colour);
            if (layer.tone().solid()) {
                body(graphics, layer, pigment, extent);
            } else {
                fill(graphics, layer.shape(), layer.tone() == Tone.SHINE ? glaze(pigment.base(), .82) : pigment.base());
            }
        }
    }

    private static void body(Graphics2D graphics, Layer layer, Pigment pigment, double extent) {
        graphics.setPaint(gradient(layer.shape().getBounds2D(), pigment));
        graphics.fill(layer.shape());
        fill(graphics, layer.lit(), glaze(pigment.light(), .6));
        fill(graphics, layer.shaded(), glaze(pigment.dark(), .45));
        draw(graphics, layer.shape(), glaze(pigment.line(), .6), Math.max(extent * .016, .6));
    }

    private static Paint gradient(Rectangle2D box, Pigment pigment) {
        return new LinearGradientPaint(
                (float) (box.getMinX() + box.getWidth() * .15),
                (float) box.getMinY(),
                (float) (box.getMaxX() - box.getWidth() * .15),
                (float) Math.max(box.getMaxY(), box.getMinY() + .01),
                new float[] {0, .42f, 1},
                new Color[] {
                    Colours.mix(pigment.base(), pigment.light(), .6),
                    pigment.base(),
                    Colours.mix(pigment.base(), pigment.dark(), .4)
                });
    }

    private static void shadow(Graphics2D graphics, Shape silhouette, double extent) {
        Shape cast = Shapes.moved(silhouette, extent * .05, extent * .075);
        fill(graphics, cast, glaze(GLOOM, .16));
        soften(graphics, cast, glaze(GLOOM, .055), extent * .11);
    }

    /** Draws an outline of {@code width} that fades out. */
    private static void soften(Graphics2D graphics, Shape shape, Color colour, double width) {
        for (int coat = 1; coat <= COATS; coat++) {
            draw(graphics, shape, colour, 2 * width * coat / COATS);
        }
    }
}
