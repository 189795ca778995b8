package dev.hypersd.data;

import dev.hypersd.image.Image;
import java.util.List;

/**
 * A picture and its captions.
 *
 * @param captions at least one; each of them describes the whole picture
 */
public record CaptionedImage(Image image, List<String> captions) {
    public CaptionedImage {
        captions = List.copyOf(captions);
        if (captions.isEmpty()) {
            throw new IllegalArgumentException("a picture has at least one caption");
        }
    }

    /** Creates a picture with a single caption. */
    public CaptionedImage(Image image, String caption) {
        this(image, List.of(caption));
    }

    /** Returns the mirror image, left and right exchanged, with the same captions. */
    public CaptionedImage mirrored() {
        return new CaptionedImage(image.mirrored(), captions);
    }

    /** Returns the first caption. */
    public String caption() {
        return captions.getFirst();
    }
}
