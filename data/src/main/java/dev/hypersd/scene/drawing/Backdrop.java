package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Style;
import java.awt.Color;

/** Draws the background in a style: a texture, with the light that the style needs. */
record Backdrop(Canvas canvas, SeededRandom random) {
    private static final Color PAPER = new Color(0xFFFCF5);
    private static final Color MOONLIT = new Color(0x8D8FD8);

    /** Covers the canvas. */
    void paint(Background background, Style style) {
        new Texture(canvas, random).paint(background);
        switch (style) {
            case OUTLINE -> veil(PAPER, background == Background.NIGHT ? .28 : .5);
            case WATERCOLOUR -> watercolour(background == Background.NIGHT ? MOONLIT : PAPER);
            case NEON -> veil(darkness(background), .8);
            case FLAT, PIXEL -> {}
        }
    }

    /** Returns the dark colour of a background that only neon tubes light. */
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

    /** Makes the colours pale, as in watercolour, with stronger ones at random spots. */
    private void watercolour(Color light) {
        veil(light, .3);
        for (int i = 0; i < 9; i++) {
            canvas.glow(random.between(0, 1), random.between(0, 1), random.between(.2, .4), glaze(light, .5));
        }
    }
}
