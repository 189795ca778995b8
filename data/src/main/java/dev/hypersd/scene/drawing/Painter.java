package dev.hypersd.scene.drawing;

import dev.hypersd.image.Image;
import dev.hypersd.scene.Background;
import dev.hypersd.scene.Choice;
import dev.hypersd.scene.Mask;
import dev.hypersd.scene.Placed;
import dev.hypersd.scene.Style;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Paints a scene: the background, then every object from back to front. */
public final class Painter {
    /** Pixels of pixel art across a picture. */
    private static final int BLOCKS = 42;

    private Painter() {}

    /**
     * A picture and its masks.
     *
     * @param objects from back to front
     * @param pixels width and height
     * @param choice decides about textures
     */
    public static Painting paint(Background background, Style style, List<Placed> objects, int pixels, Choice choice) {
        int block = style == Style.PIXEL ? Math.max(pixels / BLOCKS, 1) : 1;
        int size = Math.ceilDiv(pixels, block);
        BufferedImage canvas = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(canvas, true);
        new Backdrop(new Canvas(graphics, size), choice).paint(background, style);
        smooth(graphics, style != Style.PIXEL);
        Brush brush = Brush.of(style, background, choice);
        objects.forEach(object -> brush.paint(graphics, figure(object, size), object.colour(), object.extent() * size));
        graphics.dispose();
        return new Painting(Image.of(enlarged(canvas, block, pixels)), masks(objects, pixels));
    }

    private static Graphics2D graphics(BufferedImage canvas, boolean smooth) {
        Graphics2D graphics = canvas.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        smooth(graphics, smooth);
        return graphics;
    }

    private static void smooth(Graphics2D graphics, boolean smooth) {
        graphics.setRenderingHint(
                RenderingHints.KEY_ANTIALIASING,
                smooth ? RenderingHints.VALUE_ANTIALIAS_ON : RenderingHints.VALUE_ANTIALIAS_OFF);
    }

    private static Figure figure(Placed object, int size) {
        AffineTransform placing = new AffineTransform();
        placing.translate(object.x() * size, object.y() * size);
        placing.rotate(Math.toRadians(object.tilt()));
        placing.scale(object.extent() * size, object.extent() * size);
        return Figure.of(object.kind(), object.mirrored()).transformed(placing);
    }

    private static BufferedImage enlarged(BufferedImage canvas, int block, int pixels) {
        if (block == 1) {
            return canvas;
        }
        BufferedImage large = new BufferedImage(pixels, pixels, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = large.createGraphics();
        graphics.drawImage(canvas, 0, 0, block * canvas.getWidth(), block * canvas.getHeight(), null);
        graphics.dispose();
        return large;
    }

    /** Every silhouette is painted with its number, so that what lies in front overwrites what it covers. */
    private static List<Mask> masks(List<Placed> objects, int pixels) {
        BufferedImage numbers = new BufferedImage(pixels, pixels, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(numbers, false);
        for (int i = 0; i < objects.size(); i++) {
            Color number = new Color(i + 1);
            Shape silhouette = figure(objects.get(i), pixels).silhouette();
            Brush.fill(graphics, silhouette, number);
            Brush.draw(graphics, silhouette, number, objects.get(i).extent() * pixels * Brush.LINE);
        }
        graphics.dispose();
        int[] found = numbers.getRGB(0, 0, pixels, pixels, null, 0, pixels);
        List<Mask> masks = new ArrayList<>();
        for (int i = 0; i < objects.size(); i++) {
            BitSet visible = new BitSet(found.length);
            for (int at = 0; at < found.length; at++) {
                visible.set(at, (found[at] & 0xFFFFFF) == i + 1);
            }
            masks.add(new Mask(objects.get(i).kind(), visible));
        }
        return masks;
    }
}
