package dev.hypersd.scene.drawing;

import java.awt.Color;

/**
 * One colour under the light: shadows lean towards blue and purple, lights towards yellow, as paint does and a mere
 * darker tone of the same hue does not.
 *
 * @param line the thin line around it
 */
record Pigment(Color light, Color base, Color dark, Color line) {
    /** Each {@code 0xRRGGBB}. */
    static Pigment of(int light, int base, int dark, int line) {
        return new Pigment(new Color(light), new Color(base), new Color(dark), new Color(line));
    }

    /** The same pigment in full light. */
    Pigment lighter() {
        return new Pigment(Colours.mix(light, Color.WHITE, .55), Colours.mix(light, Color.WHITE, .25), base, line);
    }

    /** The same pigment in the shade. */
    Pigment deeper() {
        return new Pigment(base, Colours.mix(base, dark, .75), Colours.mix(dark, line, .3), line);
    }
}
