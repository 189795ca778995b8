package dev.hypersd.distillation;

import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Pictures that the student draws from noise, as it will in use: in one step, or in a few with new noise between them.
 *
 * @param timesteps at which it is asked, from the noisiest on; at least one
 */
record Rollout(Denoiser denoiser, List<Integer> timesteps) {
    /**
     * What the student draws, ended after one of the steps, which is drawn too.
     *
     * @param noise where it started, {@code [B, C, h, w]}
     * @param input of the last step
     * @param timestep of the last step
     * @param clean latents without noise, {@code [B, C, h, w]}; gradients flow into the last step
     */
    record Drawn(Tensor noise, Tensor input, int timestep, Tensor clean) {}

    /** Draws for the captions of {@code batch}. */
    Drawn draw(Batch batch, RandomSource random) {
        NoiseSchedule schedule = denoiser.schedule();
        Tensor noise = random.normal(Tensors.shape(batch.latents()));
        int last = random.integers(timesteps.size(), 1)[0];
        Tensor input = Gradients.off(() -> {
            Tensor x = noise;
            for (int i = 0; i < last; i++) {
                Tensor clean = denoiser.clean(x, all(timesteps.get(i), batch), batch.text());
                x = schedule.addNoise(clean, random.normal(Tensors.shape(noise)), timesteps.get(i + 1));
            }
            return x;
        });
        int timestep = timesteps.get(last);
        return new Drawn(noise, input, timestep, denoiser.clean(input, all(timestep, batch), batch.text()));
    }

    private static int[] all(int timestep, Batch batch) {
        int[] all = new int[batch.size()];
        Arrays.fill(all, timestep);
        return all;
    }
}
