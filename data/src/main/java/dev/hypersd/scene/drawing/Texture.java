package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Colours.glaze;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Background;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;

/** Draws backgrounds in muted colours and patterns of low contrast, so that every object stands out. */
record Texture(Canvas canvas, SeededRandom random) {
    /** Covers the canvas. */
    void paint(Background background) {
        switch (background) {
            case MOSS -> moss();
            case SAND -> sand();
            case SEA -> sea();
            case NIGHT -> night();
            case BRICKS -> bricks();
            case PAPER -> paper();
        }
    }

    private void moss() {
        canvas.wash(new Color(0xB2C18E), new Color(0x93A873));
        for (int i = 0; i < 56; i++) {
            cushion(random.between(0, 1), i / 55.0, random.between(.04, .08));
        }
        for (int i = 0; i < 14; i++) {
            dot(.011, new Color(0xF1F2D2), .6);
        }
    }

    private void cushion(double x, double y, double radius) {
        canvas.glow(x + radius * .25, y + radius * .45, radius * 1.15, glaze(new Color(0x61794B), .42));
        canvas.glow(x - radius * .15, y - radius * .2, radius, glaze(new Color(0xCBD8A6), .7));
    }

    private void sand() {
        canvas.wash(new Color(0xF5E1B8), new Color(0xE5C994));
        double slope = random.between(-.12, .12);
        for (double y = random.between(-.1, 0); y < 1.15; y += random.between(.16, .22)) {
            dune(y, slope, random.between(.03, .06));
        }
        for (int i = 0; i < 26; i++) {
            dot(.008, new Color(0xB98E52), .45);
        }
        for (int i = 0; i < 9; i++) {
            dot(.014, random.of(new Color(0xFFF6DF), new Color(0xD3A978), new Color(0xEBB99A)), .85);
        }
    }

    /** A ripple of the wind: its shady side fades out downwards. */
    private void dune(double y, double slope, double lift) {
        double turn = random.between(.3, .6);
        Path2D dune = new Path2D.Double();
        dune.moveTo(-.05, y);
        dune.curveTo(turn * .4, y - lift, turn * .8, y + lift, turn, y + slope * .4);
        dune.curveTo(turn + .2, y + slope * .4 - lift * 1.6, .9, y + slope + lift, 1.05, y + slope);
        for (int fade = 0; fade < 4; fade++) {
            canvas.draw(Shapes.moved(dune, 0, .007 + .011 * fade), glaze(new Color(0xC8A062), .22 - .05 * fade), .014);
        }
        canvas.draw(dune, glaze(new Color(0xFFF3D3), .75), .012);
    }

    private void sea() {
        canvas.wash(new Color(0xBDE5E3), new Color(0x74BCC9));
        for (int row = 0; row < 8; row++) {
            double y = .07 + row * .132;
            double x = row % 2 * .1 - random.between(.05, .15);
            for (; x < 1; x += random.between(.2, .3)) {
                wave(x, y + random.between(-.015, .015));
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
                    random.between(0, 1),
                    random.between(0, 1),
                    random.between(.2, .35),
                    glaze(new Color(0x6C5BB8), .22));
        }
        for (int i = 0; i < 30; i++) {
            dot(.008, new Color(0xFFF8DC), random.between(.45, .9));
        }
        for (int i = 0; i < 5; i++) {
            sparkle(random.between(.04, .96), random.between(.04, .96), random.between(.02, .03));
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
                        random.of(new Color(0xBF9A8B), new Color(0xB58E80), new Color(0xC7A596), new Color(0xAF8A7F)));
                canvas.draw(
                        new Line2D.Double(x + .022, row * height + .02, x + width - .022, row * height + .02),
                        glaze(new Color(0xE2C4B6), .5),
                        .01);
            }
        }
    }

    private void paper() {
        canvas.wash(new Color(0xF9F0DC), new Color(0xEFE2C6));
        double step = .1;
        for (double at = step / 2; at < 1; at += step) {
            canvas.draw(new Line2D.Double(at, 0, at, 1), glaze(new Color(0x93B4D6), .38), .006);
            canvas.draw(new Line2D.Double(0, at, 1, at), glaze(new Color(0x93B4D6), .38), .006);
        }
    }

    private void dot(double radius, Color colour, double opacity) {
        canvas.fill(
                Shapes.circle(random.between(0, 1), random.between(0, 1), random.between(radius * .6, radius)),
                glaze(colour, opacity));
    }
}
