package dev.hypersd.scene.drawing;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.image.Image;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Mask;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.scene.content.Style;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.List;

/** Draws a scene: the background, then every object from back to front. */
public final class Painter {
    /** The number of blocks across a picture in the pixel-art style. */
    private static final int BLOCKS = 42;

    /**
     * A picture and the mask of each object.
     *
     * @param masks the masks of the objects, from back to front
     */
    public record Painting(Image image, List<Mask> masks) {
        public Painting {
            masks = List.copyOf(masks);
        }
    }

    private Painter() {}

    /**
     * Draws a picture and its masks.
     *
     * @param objects the objects from back to front
     * @param pixels width and height of the picture
     * @param random the random choices of the textures
     */
    public static Painting paint(
            Background background, Style style, List<PlacedObject> objects, int pixels, SeededRandom random) {
        int block = style == Style.PIXEL ? Math.max(pixels / BLOCKS, 1) : 1;
        int size = Math.ceilDiv(pixels, block);
        List<PlacedObject> placed = style == Style.PIXEL
                ? objects.stream().map(object -> snapped(object, size)).toList()
                : objects;
        List<Figure> figures =
                placed.stream().map(object -> figure(object, size)).toList();
        BufferedImage picture = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D smooth = graphics(picture, true);
        new Backdrop(new Canvas(smooth, size), random).paint(background, style);
        smooth.dispose();

        BufferedImage numbers = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D painting = graphics(picture, style != Style.PIXEL);
        Graphics2D numbering = graphics(numbers, false);
        Brush brush = Brush.of(style, background, random);
        for (int i = 0; i < figures.size(); i++) {
            double extent = placed.get(i).extent() * size;
            brush.paint(painting, figures.get(i), placed.get(i).colour(), extent);
            Masks.number(numbering, i, figures.get(i), extent);
        }
        painting.dispose();
        numbering.dispose();
        return new Painting(
                Image.of(enlarged(picture, block, pixels)), Masks.of(placed, enlarged(numbers, block, pixels)));
    }

    private static Graphics2D graphics(BufferedImage canvas, boolean smooth) {
        Graphics2D graphics = canvas.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(
                RenderingHints.KEY_ANTIALIASING,
                smooth ? RenderingHints.VALUE_ANTIALIAS_ON : RenderingHints.VALUE_ANTIALIAS_OFF);
        return graphics;
    }

    /**
     * Moves an object to the middle of a block and sets it upright, so that its halves are symmetric and thin parts
     * stay visible in pixel art.
     */
    private static PlacedObject snapped(PlacedObject object, int size) {
        return new PlacedObject(
                object.kind(),
                object.colour(),
                (Math.floor(object.x() * size) + .5) / size,
                (Math.floor(object.y() * size) + .5) / size,
                (2 * Math.floor(object.extent() * size / 2) + 1) / size,
                0,
                object.mirrored());
    }

    private static Figure figure(PlacedObject object, int size) {
        AffineTransform placing = new AffineTransform();
        placing.translate(object.x() * size, object.y() * size);
        placing.rotate(Math.toRadians(object.tilt()));
        placing.scale(object.extent() * size, object.extent() * size);
        return Figure.of(object.kind(), object.mirrored()).transformed(placing);
    }

    /** Enlarges every pixel to a block, and crops what exceeds the size at the right and at the bottom. */
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
}
