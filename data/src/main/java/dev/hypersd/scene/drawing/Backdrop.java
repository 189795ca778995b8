package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Style;
import java.awt.Color;

/** What is behind the objects: a texture in the light that a style puts it into. */
record Backdrop(Canvas canvas, SeededRandom random) {
    private static final Color PAPER = new Color(0xFFFCF5);
    private static final Color MOONLIT = new Color(0x8D8FD8);

    /** Covers the canvas. */
    void paint(Background background, Style style) {
        new Texture(canvas, random).paint(background);
        switch (style) {
            case OUTLINE -> veil(PAPER, background == Background.NIGHT ? .28 : .5);
            case WATERCOLOUR -> wet(background == Background.NIGHT ? MOONLIT : PAPER);
            case NEON -> veil(darkness(background), .8);
            case FLAT, PIXEL -> {}
        }
    }

    /** What is left of a background's colour where only neon tubes shine. */
    private static Color darkness(Background background) {
        return switch (background) {
            case MOSS -> new Color(0x0A2413);
            case SAND -> new Color(0x2E1D08);
            case SEA -> new Color(0x04262F);
            case NIGHT -> new Color(0x08082A);
            case BRICKS -> new Color(0x2B0F10);
            case PAPER -> new Color(0x191922);
        };
    }

    private void veil(Color colour, double opacity) {
        canvas.wash(glaze(colour, opacity), glaze(colour, opacity));
    }

    /** Much water: the colours are pale, and stronger where it dried last. */
    private void wet(Color light) {
        veil(light, .3);
        for (int i = 0; i < 9; i++) {
            canvas.glow(random.between(0, 1), random.between(0, 1), random.between(.2, .4), glaze(light, .5));
        }
    }
}
