/**
 * Samplers, which go from pure noise to an image in N evaluations of a network.
 *
 * <p>A {@link dev.hypersd.sampler.Sampler} is a value: a method and its options. From a noise schedule and the wanted
 * {@link dev.hypersd.sampler.Steps} it makes a {@link dev.hypersd.sampler.SamplingPlan}, a table with one row of
 * numbers for each evaluation of the network. All samplers take a step in the same way, because the next sample is
 * always a weighted sum: of the image and the noise that the network predicts, of its earlier predictions, and of fresh
 * noise. Samplers differ only in the weights. So a plan can be printed, compared and tested by itself, and taking a
 * step is a pure function: the evaluations that a multistep sampler needs are part of a step's result and are passed to
 * the next step.
 *
 * {@snippet :
 * SamplingPlan plan = new Tcd(50, 0.3).plan(schedule, Steps.of(4));
 * StepResult current = StepResult.start(noise.next(1, 4, 64, 64).mul(new Scalar(plan.initNoiseSigma())));
 * for (int i = 0; i < plan.size(); i++) {
 *     Tensor output = unet.forward(plan.scaleModelInput(i, current.x()), plan.timestep(i), conditioning);
 *     current = plan.step(i, current.x(), output, noise, current.history());
 * }
 * }
 *
 * <p>The timesteps of the rows come from a {@code TimestepSchedule} (DDIM, PLMS, TCD, LCM) or a {@code SigmaSchedule}
 * (the samplers of k-diffusion, the DPM-Solvers and their relatives), as in diffusers. A new sampler is a class of its
 * own, which makes the rows, and an entry in {@link dev.hypersd.sampler.Samplers}. A method with two evaluations in a
 * step has two rows for it.
 */
@NullMarked
package dev.hypersd.sampler;

import org.jspecify.annotations.NullMarked;
