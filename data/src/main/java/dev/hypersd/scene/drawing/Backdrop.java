package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.scene.Background;
import dev.hypersd.scene.Choice;
import dev.hypersd.scene.Style;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.QuadCurve2D;
import java.awt.geom.RoundRectangle2D;

/** What is behind the objects: muted colours and a texture of low contrast, so that every object stands out. */
record Backdrop(Canvas canvas, Choice choice) {
    /** Covers the canvas. */
    void paint(Background background, Style style) {
        switch (background) {
            case MOSS -> moss();
            case SAND -> sand();
            case SEA -> sea();
            case NIGHT -> night();
            case BRICKS -> bricks();
            case PAPER -> paper();
        }
        switch (style) {
            case OUTLINE -> veil(new Color(0xFFFEFA), .5);
            case WATERCOLOUR -> wet();
            case NEON -> veil(new Color(0x0B0718), .72);
            case FLAT, PIXEL -> {}
        }
    }

    private void moss() {
        canvas.wash(new Color(0xB4C293), new Color(0x93A873));
        for (int i = 0; i < 16; i++) {
            canvas.glow(
                    choice.between(0, 1),
                    choice.between(0, 1),
                    choice.between(.1, .2),
                    glaze(choice.of(new Color(0xC6D2A4), new Color(0x7E9661)), .4));
        }
        for (int i = 0; i < 26; i++) {
            tuft(choice.between(0, 1), choice.between(0, 1), choice.of(new Color(0x72895A), new Color(0xD3DDB2)));
        }
    }

    /** Three blades. */
    private void tuft(double x, double y, Color colour) {
        for (int blade = -1; blade <= 1; blade++) {
            canvas.draw(
                    new QuadCurve2D.Double(x, y, x + blade * .006, y - .02, x + blade * .02, y - .032),
                    glaze(colour, .55),
                    .008);
        }
    }

    private void sand() {
        canvas.wash(new Color(0xF3DDB0), new Color(0xE2C48F));
        for (double y = choice.between(.02, .1); y < 1.05; y += .13) {
            double lift = choice.between(.02, .045);
            Path2D dune = new Path2D.Double();
            dune.moveTo(-.02, y);
            dune.curveTo(.2, y - lift, .35, y + lift, .52, y);
            dune.curveTo(.68, y - lift, .84, y + lift, 1.02, y - lift / 2);
            canvas.draw(Shapes.moved(dune, 0, .014), glaze(new Color(0xFFF0CC), .7), .016);
            canvas.draw(dune, glaze(new Color(0xC79F63), .42), .012);
        }
        for (int i = 0; i < 34; i++) {
            dot(.007, new Color(0xB98E52), .4);
        }
    }

    private void sea() {
        canvas.wash(new Color(0xBDE5E3), new Color(0x74BCC9));
        for (int row = 0; row < 8; row++) {
            double y = .07 + row * .132;
            double x = row % 2 * .1 - choice.between(.05, .15);
            for (; x < 1; x += choice.between(.2, .3)) {
                wave(x, y + choice.between(-.015, .015));
            }
        }
    }

    private void wave(double x, double y) {
        Path2D crest = new Path2D.Double();
        crest.moveTo(x, y);
        crest.quadTo(x + .035, y - .045, x + .07, y);
        crest.quadTo(x + .105, y - .045, x + .14, y);
        canvas.draw(Shapes.moved(crest, .004, .014), glaze(new Color(0x4E9FB4), .4), .012);
        canvas.draw(crest, glaze(new Color(0xF2FDFA), .75), .014);
    }

    private void night() {
        canvas.wash(new Color(0x1B2150), new Color(0x4A3F86));
        for (int i = 0; i < 5; i++) {
            canvas.glow(
                    choice.between(0, 1),
                    choice.between(0, 1),
                    choice.between(.2, .35),
                    glaze(new Color(0x6C5BB8), .22));
        }
        for (int i = 0; i < 30; i++) {
            dot(.008, new Color(0xFFF8DC), choice.between(.45, .9));
        }
        for (int i = 0; i < 5; i++) {
            sparkle(choice.between(.04, .96), choice.between(.04, .96), choice.between(.02, .03));
        }
    }

    private void sparkle(double x, double y, double radius) {
        Color light = glaze(new Color(0xFFF8DC), .85);
        canvas.draw(new Line2D.Double(x - radius, y, x + radius, y), light, .007);
        canvas.draw(new Line2D.Double(x, y - radius, x, y + radius), light, .007);
    }

    private void bricks() {
        canvas.wash(new Color(0xE0D3C8), new Color(0xD2C2B6));
        double height = .125;
        double width = .25;
        for (int row = 0; row < 8; row++) {
            for (int column = -1; column < 4; column++) {
                double x = column * width + row % 2 * width / 2;
                Shape brick =
                        new RoundRectangle2D.Double(x + .01, row * height + .01, width - .02, height - .02, .02, .02);
                canvas.fill(
                        brick,
                        choice.of(new Color(0xBF9A8B), new Color(0xB58E80), new Color(0xC7A596), new Color(0xAF8A7F)));
                canvas.draw(
                        new Line2D.Double(x + .022, row * height + .02, x + width - .022, row * height + .02),
                        glaze(new Color(0xE2C4B6), .5),
                        .01);
            }
        }
    }

    private void paper() {
        canvas.wash(new Color(0xFBF4E4), new Color(0xF1E6CE));
        double step = .1;
        for (double at = step / 2; at < 1; at += step) {
            canvas.draw(new Line2D.Double(at, 0, at, 1), glaze(new Color(0x93B4D6), .38), .006);
            canvas.draw(new Line2D.Double(0, at, 1, at), glaze(new Color(0x93B4D6), .38), .006);
        }
    }

    private void veil(Color colour, double opacity) {
        canvas.wash(glaze(colour, opacity), glaze(colour, opacity));
    }

    /** Much water: the colours are pale, and stronger where it dried last. */
    private void wet() {
        veil(new Color(0xFFFCF5), .3);
        for (int i = 0; i < 9; i++) {
            canvas.glow(
                    choice.between(0, 1),
                    choice.between(0, 1),
                    choice.between(.2, .4),
                    glaze(new Color(0xFFFCF5), .55));
        }
    }

    private void dot(double radius, Color colour, double opacity) {
        canvas.fill(
                Shapes.circle(choice.between(0, 1), choice.between(0, 1), choice.between(radius * .6, radius)),
                glaze(colour, opacity));
    }
}
