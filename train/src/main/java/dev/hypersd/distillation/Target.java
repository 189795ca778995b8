package dev.hypersd.distillation;

import org.bytedeco.pytorch.Tensor;

/**
 * From where to where a student shall go in one step; timesteps for each sample.
 *
 * @param start latents at {@code from}, {@code [B, C, h, w]}
 * @param from where the student is asked
 * @param target latents at {@code to}, without gradients
 * @param to where it shall arrive, at most {@code from}
 * @param end the noisier end of the segment: pictures are told apart between {@code to} and here
 */
record Target(Tensor start, int[] from, Tensor target, int[] to, int[] end) {}
