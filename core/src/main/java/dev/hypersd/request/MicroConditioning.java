package dev.hypersd.request;

import java.util.Optional;

/**
 * SDXL's description of the picture that a training image was cut from (Podell et al., 2023, section 2.2).
 *
 * @param positive the description for the prompt
 * @param negative the description for the negative prompt; absent means the same
 * @param beauty what SDXL's refiner is told in place of the target's size
 */
public record MicroConditioning(Framing positive, Optional<Framing> negative, Beauty beauty) {
    /** Returns the framing for prompt and negative prompt alike, with the usual scores. */
    public static MicroConditioning of(Framing framing) {
        return new MicroConditioning(framing, Optional.empty(), Beauty.USUAL);
    }

    /**
     * How beautiful pictures are to people, from 1 to 10, by the scores of LAION.
     *
     * @param positive for the prompt
     * @param negative for the negative prompt
     */
    public record Beauty(double positive, double negative) {
        /** What the reference implementation uses. */
        public static final Beauty USUAL = new Beauty(6, 2.5);
    }

    /**
     * Heights come first, as in the published embeddings.
     *
     * @param originalHeight height of the image before cropping, in pixels
     * @param originalWidth width of the image before cropping, in pixels
     * @param cropTop how many rows were cut off at the top
     * @param cropLeft how many columns were cut off at the left
     * @param targetHeight height after scaling, in pixels
     * @param targetWidth width after scaling, in pixels
     */
    public record Framing(
            int originalHeight, int originalWidth, int cropTop, int cropLeft, int targetHeight, int targetWidth) {
        /** Returns an image of {@code size} that was neither cropped nor scaled. */
        public static Framing whole(Size size) {
            return new Framing(size.height(), size.width(), 0, 0, size.height(), size.width());
        }
    }
}
