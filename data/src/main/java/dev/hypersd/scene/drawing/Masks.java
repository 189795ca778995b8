package dev.hypersd.scene.drawing;

import dev.hypersd.scene.content.Mask;
import dev.hypersd.scene.content.PlacedObject;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Finds the visible pixels of each object: the objects' numbers are painted over each other in the order of the
 * objects.
 */
final class Masks {
    private Masks() {}

    /** Paints object {@code index} with its outline in the value {@code index + 1}; the background is 0. */
    static void number(Graphics2D graphics, int index, Figure figure, double extent) {
        Color number = new Color(index + 1);
        Brush.fill(graphics, figure.silhouette(), number);
        Brush.draw(graphics, figure.silhouette(), number, extent * Brush.LINE);
    }

    /** Returns the masks of {@code objects} from the image that {@link #number} has painted. */
    static List<Mask> of(List<PlacedObject> objects, BufferedImage numbers) {
        int pixels = numbers.getWidth();
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
