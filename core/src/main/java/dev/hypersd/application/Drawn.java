package dev.hypersd.application;

import dev.hypersd.pipeline.GeneratedImage;
import java.util.List;

/**
 * The pictures of a request.
 *
 * @param images the pictures, at least one
 * @param warnings sentences about options that have no effect or are likely to give bad pictures
 */
public record Drawn(List<GeneratedImage> images, List<String> warnings) {
    public Drawn {
        images = List.copyOf(images);
        warnings = List.copyOf(warnings);
    }
}
