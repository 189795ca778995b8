package dev.hypersd.distillation;

import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * How pictures become points of trajectories.
 *
 * @param offset how much noise is the same all over a channel (Guttenberg, 2023); 0 for none
 * @param pureNoise whether trajectories that start at the last timestep start from noise alone, as they will in use, and not from a
 *     picture that shines through (Lin et al., 2024, section 3.5)
 */
public record Noising(double offset, boolean pureNoise) {
    /**
     * Latents with noise.
     *
     * @param latents {@code [B, C, h, w]}
     * @param timesteps one for each of {@code B}
     */
    Tensor of(Tensor latents, int[] timesteps, NoiseSchedule schedule, RandomSource random) {
        Tensor noise = random.normal(Tensors.shape(latents));
        if (offset > 0) {
            noise = noise.add(random.normal(latents.size(0), latents.size(1), 1, 1), new Scalar(offset));
        }
        Tensor noisy = schedule.addNoise(latents, noise, timesteps);
        return pureNoise ? noise.where(last(timesteps, schedule), noisy) : noisy;
    }

    /** Which samples are at the last timestep, {@code [B, 1, 1, 1]}. */
    private static Tensor last(int[] timesteps, NoiseSchedule schedule) {
        int end = schedule.trainTimesteps() - 1;
        long[] last = Arrays.stream(timesteps).mapToLong(t -> t == end ? 1 : 0).toArray();
        return Tensors.of(last, last.length, 1, 1, 1).ne(new Scalar(0));
    }
}
