package dev.hypersd.scene;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.image.Image;
import dev.hypersd.scene.content.Mask;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.scene.content.Scene;
import java.util.List;

/**
 * A picture with its caption, its scene, and the place and mask of every object.
 *
 * @param objects the objects from back to front
 * @param masks the masks of the objects, in the same order
 */
public record Sample(Image image, Caption caption, Scene scene, List<PlacedObject> objects, List<Mask> masks) {
    public Sample {
        objects = List.copyOf(objects);
        masks = List.copyOf(masks);
    }

    /** Returns the picture and the caption only. */
    public CaptionedImage captioned() {
        return new CaptionedImage(image, caption.text());
    }
}
