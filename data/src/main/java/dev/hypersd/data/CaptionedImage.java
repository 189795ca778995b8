package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.request.MicroConditioning.Framing;
import java.util.List;
import java.util.Optional;

/**
 * A picture and its captions.
 *
 * @param framing which part of which picture it is. The crop is that of the resized picture, in its pixels
 * @param mask what of the picture counts in the loss, white, and what does not, black; grey, of the size of the
 *     picture; empty if all of it counts
 * @param captions at least one; each of them describes the whole picture
 */
public record CaptionedImage(Image image, Framing framing, Optional<Image> mask, List<String> captions) {
    public CaptionedImage {
        captions = List.copyOf(captions);
        if (captions.isEmpty()) {
            throw new IllegalArgumentException("a picture has at least one caption");
        }
    }

    /** Creates a whole picture. */
    public CaptionedImage(Image image, Optional<Image> mask, List<String> captions) {
        this(image, new Framing(image.height(), image.width(), 0, 0, image.height(), image.width()), mask, captions);
    }

    /** Creates a whole picture all of which counts. */
    public CaptionedImage(Image image, List<String> captions) {
        this(image, Optional.empty(), captions);
    }

    /** Creates a whole picture with a single caption. */
    public CaptionedImage(Image image, String caption) {
        this(image, List.of(caption));
    }

    /** Returns the mirror image, left and right exchanged, with the same captions. */
    public CaptionedImage mirrored() {
        return new CaptionedImage(image.mirrored(), CentreCrop.mirrored(framing), mask.map(Image::mirrored), captions);
    }

    /** Returns the first caption. */
    public String caption() {
        return captions.getFirst();
    }
}
