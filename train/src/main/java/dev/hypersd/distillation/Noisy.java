package dev.hypersd.distillation;

import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents with as much noise as belongs to a timestep of each sample.
 *
 * @param latents {@code [B, C, h, w]}
 * @param timesteps one for each of {@code B}
 */
record Noisy(Tensor latents, int[] timesteps) {
    /** Adds noise to clean latents; gradients flow into them. */
    static Noisy of(Tensor clean, int[] timesteps, NoiseSchedule schedule, RandomSource random) {
        return new Noisy(schedule.addNoise(clean, random.normal(Tensors.shape(clean)), timesteps), timesteps);
    }

    /** Adds noise to these latents, up to {@code timesteps}, which are not below the present ones. */
    Noisy renoised(int[] timesteps, NoiseSchedule schedule, RandomSource random) {
        Tensor noise = random.normal(Tensors.shape(latents));
        return new Noisy(schedule.renoise(latents, noise, this.timesteps, timesteps), timesteps);
    }
}
