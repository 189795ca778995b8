package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Brush.draw;
import static dev.hypersd.scene.drawing.Brush.fill;
import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Colour;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;

/** Thin coats that do not quite lie on each other, with darker rims where the water dried and blooms where it ran. */
record WaterBrush(SeededRandom random) implements Brush {
    private static final Color SHEET = new Color(0xFFFCF5);
    private static final int BLOOMS = 2;

    @Override
    public void paint(Graphics2D graphics, Figure figure, Colour colour, double extent) {
        Ripple first = Ripple.of(random, extent);
        Ripple second = Ripple.of(random, extent);
        draw(graphics, first.through(figure.silhouette()), glaze(SHEET, .5), extent * .09);
        fill(graphics, first.through(figure.silhouette()), SHEET);
        for (Layer layer : figure.layers()) {
            Pigment pigment = Palette.of(layer.tone(), colour);
            if (layer.tone() == Tone.SHINE) {
                fill(graphics, layer.shape(), glaze(SHEET, .6));
            } else {
                coats(graphics, layer, first.through(layer.shape()), second.through(layer.shape()), pigment, extent);
            }
        }
    }

    private void coats(Graphics2D graphics, Layer layer, Shape first, Shape second, Pigment pigment, double extent) {
        Rectangle2D box = first.getBounds2D();
        double run = random.between(.2, .8);
        graphics.setPaint(new GradientPaint(
                (float) (box.getMinX() + run * box.getWidth()),
                (float) box.getMinY(),
                glaze(pigment.light(), .55),
                (float) (box.getMaxX() - run * box.getWidth()),
                (float) box.getMaxY(),
                glaze(Colours.mix(pigment.base(), pigment.dark(), .4), .95)));
        graphics.fill(first);
        fill(graphics, second, glaze(pigment.base(), .45));
        if (layer.tone().solid()) {
            fill(graphics, layer.shaded(), glaze(pigment.dark(), .3));
            bloom(graphics, first, pigment, extent);
            draw(
                    graphics,
                    first,
                    glaze(Colours.mix(pigment.dark(), pigment.line(), .35), .55),
                    Math.max(extent * .03, .9));
        }
    }

    private void bloom(Graphics2D graphics, Shape shape, Pigment pigment, double extent) {
        Rectangle2D box = shape.getBounds2D();
        for (int i = 0; i < BLOOMS; i++) {
            Shape spot = Shapes.ellipse(
                    random.between(box.getMinX(), box.getMaxX()),
                    random.between(box.getMinY(), box.getMaxY()),
                    extent * random.between(.1, .2),
                    extent * random.between(.08, .16));
            Color tint = i % 2 == 0 ? SHEET : pigment.dark();
            fill(graphics, Shapes.common(shape, spot), glaze(tint, .2));
        }
    }
}
