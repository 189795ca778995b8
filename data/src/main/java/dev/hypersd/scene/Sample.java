package dev.hypersd.scene;

import dev.hypersd.data.Captioned;
import dev.hypersd.image.Image;
import java.util.List;

/**
 * A picture with all that is known about it.
 *
 * @param objects from back to front
 * @param masks of the objects, in the same order
 */
public record Sample(Image image, Caption caption, Scene scene, List<Placed> objects, List<Mask> masks) {
    public Sample {
        objects = List.copyOf(objects);
        masks = List.copyOf(masks);
    }

    /** The picture and the words alone. */
    public Captioned captioned() {
        return new Captioned(image, caption.text());
    }
}
