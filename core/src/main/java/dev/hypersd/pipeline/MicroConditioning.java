package dev.hypersd.pipeline;

import java.util.Optional;

/**
 * SDXL's description of the picture that a training image was cut from (Podell et al., 2023, section 2.2).
 *
 * @param positive the description for the prompt
 * @param negative the description for the negative prompt; absent means the same
 */
public record MicroConditioning(Framing positive, Optional<Framing> negative) {
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
        /** An image of {@code size} that was neither cropped nor scaled. */
        public static Framing whole(Size size) {
            return new Framing(size.height(), size.width(), 0, 0, size.height(), size.width());
        }

        float[] values() {
            return new float[] {originalHeight, originalWidth, cropTop, cropLeft, targetHeight, targetWidth};
        }
    }
}
