package dev.hypersd.scene.drawing;

import dev.hypersd.scene.Background;
import dev.hypersd.scene.Choice;
import dev.hypersd.scene.Style;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.QuadCurve2D;
import java.awt.geom.Rectangle2D;

/** What is behind the objects: a muted colour and a texture of low contrast, so that every object stands out. */
final class Backdrop {
    private final Graphics2D graphics;
    private final int size;
    private final Choice choice;

    private Backdrop(Graphics2D graphics, int size, Choice choice) {
        this.graphics = graphics;
        this.size = size;
        this.choice = choice;
    }

    /** Fills the canvas, which is {@code size} pixels wide and high. */
    static void paint(Graphics2D graphics, Background background, Style style, int size, Choice choice) {
        Backdrop backdrop = new Backdrop(graphics, size, choice);
        switch (background) {
            case MOSS -> backdrop.moss();
            case SAND -> backdrop.sand();
            case SEA -> backdrop.sea();
            case NIGHT -> backdrop.night();
            case BRICKS -> backdrop.bricks();
            case PAPER -> backdrop.paper();
        }
        switch (style) {
            case OUTLINE -> backdrop.veil(new Color(255, 255, 255, 90));
            case WATERCOLOUR -> backdrop.veil(new Color(255, 252, 244, 110));
            case NEON -> backdrop.veil(new Color(8, 6, 20, 165));
            case FLAT, PIXEL -> {}
        }
    }

    private void moss() {
        fill(0x6B7F4E, 0x55693F);
        for (int i = 0; i < 90; i++) {
            double x = choice.between(0, 1);
            double y = choice.between(0, 1);
            graphics.setColor(Colours.glaze(new Color(choice.of(0x7F9560, 0x4A5E36, 0x8DA36C)), 0.5));
            dot(x, y, choice.between(0.01, 0.03));
        }
    }

    private void sand() {
        fill(0xDCC59A, 0xCDB384);
        graphics.setStroke(new BasicStroke(size / 100f));
        for (double y = 0.06; y < 1; y += 0.14) {
            double bend = choice.between(-0.05, 0.05);
            graphics.setColor(Colours.glaze(new Color(0xB89B6A), 0.4));
            curve(0, y, 0.5, y + bend, 1, y + choice.between(-0.03, 0.03));
        }
        speckle(60, 0xA98B5C, 0.4, 0.008);
    }

    private void sea() {
        fill(0x8CC3CF, 0x3F8799);
        graphics.setStroke(new BasicStroke(size / 70f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        for (int i = 0; i < 18; i++) {
            double x = choice.between(-0.05, 0.95);
            double y = choice.between(0, 1);
            graphics.setColor(Colours.glaze(new Color(0xC9E8EE), 0.35));
            curve(x, y, x + 0.06, y - 0.04, x + 0.12, y);
        }
    }

    private void night() {
        fill(0x141B3C, 0x2C2F63);
        for (int i = 0; i < 26; i++) {
            double x = choice.between(0, 1);
            double y = choice.between(0, 1);
            graphics.setColor(Colours.glaze(new Color(0xFFF6D8), choice.between(0.35, 0.8)));
            dot(x, y, choice.between(0.005, 0.009));
        }
    }

    private void bricks() {
        fill(0xA9877A, 0x9B796C);
        double height = 1 / 8.0;
        double width = 1 / 4.0;
        for (int row = 0; row < 8; row++) {
            for (int column = -1; column < 4; column++) {
                double x = column * width + (row % 2) * width / 2;
                graphics.setColor(Colours.glaze(new Color(choice.of(0x94695A, 0x8A6254, 0x9F7364)), 0.75));
                graphics.fill(new Rectangle2D.Double(
                        (x + 0.008) * size,
                        (row * height + 0.008) * size,
                        (width - 0.016) * size,
                        (height - 0.016) * size));
            }
        }
    }

    private void paper() {
        fill(0xF2E8D3, 0xE6D9BF);
        graphics.setStroke(new BasicStroke(Math.max(size / 160f, 0.6f)));
        graphics.setColor(Colours.glaze(new Color(0x8FA8C8), 0.35));
        for (double y = 0.1; y < 1; y += 0.125) {
            graphics.draw(new Line2D.Double(0, y * size, size, y * size));
        }
        speckle(30, 0xC9B993, 0.4, 0.008);
    }

    private void fill(int top, int bottom) {
        graphics.setPaint(new GradientPaint(0, 0, new Color(top), 0, size, new Color(bottom)));
        graphics.fillRect(0, 0, size, size);
    }

    private void veil(Color colour) {
        graphics.setColor(colour);
        graphics.fillRect(0, 0, size, size);
    }

    private void speckle(int count, int rgb, double opacity, double radius) {
        graphics.setColor(Colours.glaze(new Color(rgb), opacity));
        for (int i = 0; i < count; i++) {
            dot(choice.between(0, 1), choice.between(0, 1), choice.between(radius / 2, radius));
        }
    }

    private void dot(double x, double y, double radius) {
        graphics.fill(
                new Ellipse2D.Double((x - radius) * size, (y - radius) * size, 2 * radius * size, 2 * radius * size));
    }

    private void curve(double x1, double y1, double x2, double y2, double x3, double y3) {
        graphics.draw(new QuadCurve2D.Double(x1 * size, y1 * size, x2 * size, y2 * size, x3 * size, y3 * size));
    }
}
