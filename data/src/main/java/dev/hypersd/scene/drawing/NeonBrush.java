package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Brush.draw;
import static dev.hypersd.scene.drawing.Brush.fill;
import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.scene.content.Colour;
import java.awt.Color;
import java.awt.Graphics2D;

/** Draws neon tubes along the outlines, with a glow on the background. */
record NeonBrush() implements Brush {
    private static final int COATS = 7;

    @Override
    public void paint(Graphics2D graphics, Figure figure, Colour colour, double extent) {
        Pigment own = Palette.of(colour);
        for (int coat = COATS; coat >= 1; coat--) {
            draw(graphics, figure.silhouette(), glaze(own.base(), .085), extent * .42 * coat / COATS);
        }
        fill(graphics, figure.silhouette(), glaze(Colours.mix(own.line(), Color.BLACK, .62), .92));
        for (Layer layer : figure.layers()) {
            Pigment light = layer.tone().own() ? own : Palette.of(layer.tone(), colour);
            switch (layer.tone()) {
                case SHINE -> {}
                case DARK -> fill(graphics, layer.shape(), own.light());
                default -> {
                    fill(graphics, layer.shape(), glaze(light.base(), .13));
                    draw(graphics, layer.shape(), glaze(light.base(), .85), Math.max(extent * .035, 1));
                }
            }
        }
        draw(graphics, figure.silhouette(), own.base(), Math.max(extent * .075, 2));
        draw(graphics, figure.silhouette(), Colours.mix(own.light(), Color.WHITE, .6), Math.max(extent * .028, .8));
    }
}
