package dev.hypersd.scene.drawing;

import java.awt.Color;

/**
 * A colour in light and shadow. Shadows are shifted towards blue and purple and lights towards yellow, as in painting;
 * a darker tone of the same hue would look flat.
 *
 * @param line the colour of the outline
 */
record Pigment(Color light, Color base, Color dark, Color line) {
    /** Creates a pigment of colours written as {@code 0xRRGGBB}. */
    static Pigment of(int light, int base, int dark, int line) {
        return new Pigment(new Color(light), new Color(base), new Color(dark), new Color(line));
    }

    /** Returns the pigment in full light. */
    Pigment lighter() {
        return new Pigment(Colours.mix(light, Color.WHITE, .55), Colours.mix(light, Color.WHITE, .25), base, line);
    }

    /** Returns the pigment in the shade. */
    Pigment deeper() {
        return new Pigment(base, Colours.mix(base, dark, .75), Colours.mix(dark, line, .3), line);
    }
}
