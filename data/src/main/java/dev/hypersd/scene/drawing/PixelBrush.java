package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Brush.draw;
import static dev.hypersd.scene.drawing.Brush.fill;

import dev.hypersd.scene.content.Colour;
import java.awt.Graphics2D;

/** Draws with few plain colours, on a canvas of few pixels. */
record PixelBrush() implements Brush {
    @Override
    public void paint(Graphics2D graphics, Figure figure, Colour colour, double extent) {
        draw(graphics, figure.silhouette(), Palette.of(colour).line(), 2);
        for (Layer layer : figure.layers()) {
            Pigment pigment = Palette.of(layer.tone(), colour);
            fill(graphics, layer.shape(), pigment.base());
            if (layer.tone().own()) {
                fill(graphics, layer.lit(), pigment.light());
                fill(graphics, layer.shaded(), pigment.dark());
            }
        }
    }
}
