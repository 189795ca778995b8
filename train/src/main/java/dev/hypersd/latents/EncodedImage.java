package dev.hypersd.latents;

import dev.hypersd.request.MicroConditioning.Framing;

/**
 * The latents of a picture.
 *
 * @param latents of unit variance, {@code [C, h, w]} in row-major order
 * @param shape {@code [C, h, w]}
 * @param framing which part of which picture was encoded
 * @param mask what of it counts in the loss, from 0 to 1, {@code [h, w]} in row-major order; empty if all of it does
 */
public record EncodedImage(float[] latents, long[] shape, Framing framing, float[] mask) {
    /** Creates a picture all of which counts. */
    public EncodedImage(float[] latents, long[] shape, Framing framing) {
        this(latents, shape, framing, new float[0]);
    }
}
