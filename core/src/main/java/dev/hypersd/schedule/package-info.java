/**
 * The forward process of diffusion, {@code x_t = alpha_t x0 + sigma_t eps}, and the two moves between its noise levels.
 *
 * <p>A {@link dev.hypersd.schedule.NoiseSchedule} consists of immutable numbers: the proportions of image and noise at
 * each training timestep. There are two functions that move a sample between noise levels. {@code jump} follows the
 * model's prediction without randomness (one DDIM step); {@code renoise} adds fresh noise up to a higher level.
 * Samplers, the training of consistency models and the teacher's solver all use them.
 *
 * <p>Each move is {@code a x + b y} with two numbers that depend only on the noise levels, a {@link
 * dev.hypersd.schedule.Blend}. The numbers are computed in double precision and applied in the type of the tensors.
 * That should be F32, because at the noisy end errors of the prediction grow fifteenfold.
 */
@NullMarked
package dev.hypersd.schedule;

import org.jspecify.annotations.NullMarked;
