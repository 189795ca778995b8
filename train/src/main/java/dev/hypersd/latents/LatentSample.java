package dev.hypersd.latents;

/**
 * An encoded picture with its caption.
 *
 * @param latents of unit variance, {@code [C, h, w]} in row-major order
 * @param ids token ids of the caption, {@code [N]}
 */
public record LatentSample(float[] latents, long[] ids) {}
