/**
 * The forward process of diffusion, {@code x_t = alpha_t x0 + sigma_t eps}, and the two moves between its noise levels.
 *
 * <p>A {@link dev.hypersd.schedule.NoiseSchedule} consists of immutable numbers: how much image and how much noise is
 * left at each training timestep. Everything that moves a sample between noise levels is one of two functions. {@code
 * jump} follows the model's prediction without randomness (one DDIM step); {@code renoise} goes to a noisier level with
 * fresh noise. Samplers, the training of consistency models and the teacher's solver all call these.
 *
 * <p>Each move is {@code a x + b y} with two numbers that depend only on the noise levels, a {@link
 * dev.hypersd.schedule.Blend}. The numbers are computed in double precision and applied in the type of the tensors.
 * That should be F32, because at the noisy end errors of the prediction grow fifteenfold.
 */
@NullMarked
package dev.hypersd.schedule;

import org.jspecify.annotations.NullMarked;
