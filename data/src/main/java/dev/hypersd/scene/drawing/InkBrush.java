package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Brush.draw;
import static dev.hypersd.scene.drawing.Brush.fill;
import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.scene.content.Colour;
import java.awt.Color;
import java.awt.Graphics2D;

/** Draws ink lines over one plain colour that is printed slightly out of register. */
record InkBrush() implements Brush {
    private static final Color INK = new Color(0x2A2734);
    private static final Color SHEET = new Color(0xFFFDF8);
    private static final double SLIP = .035;

    @Override
    public void paint(Graphics2D graphics, Figure figure, Colour colour, double extent) {
        fill(graphics, figure.silhouette(), SHEET);
        for (Layer layer : figure.layers()) {
            Pigment pigment = Palette.of(layer.tone(), colour);
            if (layer.tone().solid()) {
                fill(graphics, layer.shape(), SHEET);
                Color print = layer.tone().own() ? pigment.base() : glaze(pigment.base(), .45);
                fill(graphics, Shapes.moved(layer.shape(), extent * SLIP, extent * SLIP), print);
                draw(graphics, layer.shape(), INK, Math.max(extent * .026, .8));
            } else {
                fill(graphics, layer.shape(), layer.tone() == Tone.SHINE ? SHEET : INK);
            }
        }
        draw(graphics, figure.silhouette(), INK, Math.max(extent * .042, 1.3));
    }
}
