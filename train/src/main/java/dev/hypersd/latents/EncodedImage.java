package dev.hypersd.latents;

import dev.hypersd.request.MicroConditioning.Framing;

/**
 * The latents of a picture.
 *
 * @param latents of unit variance, {@code [C, h, w]} in row-major order
 * @param shape {@code [C, h, w]}
 * @param framing which part of which picture was encoded
 */
public record EncodedImage(float[] latents, long[] shape, Framing framing) {}
