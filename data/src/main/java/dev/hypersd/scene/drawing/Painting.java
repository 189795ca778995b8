package dev.hypersd.scene.drawing;

import dev.hypersd.image.Image;
import dev.hypersd.scene.Mask;
import java.util.List;

/** A finished picture and the visible pixels of its objects, from back to front. */
public record Painting(Image image, List<Mask> masks) {
    public Painting {
        masks = List.copyOf(masks);
    }
}
