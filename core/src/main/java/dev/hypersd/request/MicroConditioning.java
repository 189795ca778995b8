package dev.hypersd.request;

import java.util.Optional;

/**
 * SDXL's micro-conditioning: a description of how the training image was scaled and cropped (Podell et al., 2023,
 * section 2.2).
 *
 * @param positive the description for the prompt
 * @param negative the description for the negative prompt; if empty, the same
 * @param beauty the aesthetic scores, which SDXL's refiner gets in place of the target size
 */
public record MicroConditioning(Framing positive, Optional<Framing> negative, Beauty beauty) {
    /** Creates the same framing for prompt and negative prompt, with the usual scores. */
    public static MicroConditioning of(Framing framing) {
        return new MicroConditioning(framing, Optional.empty(), Beauty.USUAL);
    }

    /**
     * Aesthetic scores of pictures by LAION's scale, from 1 to 10.
     *
     * @param positive the score for the prompt
     * @param negative the score for the negative prompt
     */
    public record Beauty(double positive, double negative) {
        /** The scores of the reference implementation. */
        public static final Beauty USUAL = new Beauty(6, 2.5);
    }

    /**
     * The size before cropping, the crop and the size after scaling. Heights come first, as in the published
     * embeddings.
     *
     * @param originalHeight height of the image before cropping, in pixels
     * @param originalWidth width of the image before cropping, in pixels
     * @param cropTop the number of rows cut off at the top
     * @param cropLeft the number of columns cut off at the left
     * @param targetHeight height after scaling, in pixels
     * @param targetWidth width after scaling, in pixels
     */
    public record Framing(
            int originalHeight, int originalWidth, int cropTop, int cropLeft, int targetHeight, int targetWidth) {
        /** Creates the framing of an image of {@code size} that was neither cropped nor scaled. */
        public static Framing whole(Size size) {
            return new Framing(size.height(), size.width(), 0, 0, size.height(), size.width());
        }
    }
}
