/**
 * From pure noise to an image in N evaluations of a network.
 *
 * <p>A {@link dev.hypersd.sampler.Sampler} is a value: its kind and its options. Together with a noise schedule and the wanted
 * {@link dev.hypersd.sampler.Steps} it makes a {@link dev.hypersd.sampler.Plan}, a table with one row of numbers for each
 * step. All samplers take a step in the same way, because every one of them is a weighted sum of the image and the noise that the
 * network sees, of what earlier steps saw, and of fresh noise; they differ in the weights alone. So a plan can be
 * printed, compared and tested by itself, and taking a step is a pure function: what a multistep solver must remember is an explicit
 * {@link dev.hypersd.sampler.State} that it hands back.
 *
 * {@snippet :
 * Plan plan = new Tcd(50, 0.3).plan(schedule, Steps.of(4));
 * Tensor x = noise.next(1, 4, 64, 64).mul(new Scalar(plan.initNoiseSigma()));
 * State state = State.START;
 * for (int i = 0; i < plan.size(); i++) {
 *     Tensor output = unet.forward(plan.scaleModelInput(i, x), plan.timestep(i), conditioning);
 *     StepResult next = plan.step(i, x, output, noise, state);
 *     x = next.x();
 *     state = next.state();
 * }
 * }
 */
@NullMarked
package dev.hypersd.sampler;

import org.jspecify.annotations.NullMarked;
