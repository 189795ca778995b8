package dev.hypersd.distillation;

import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * The one network that plays all parts. Whose weights it computes with, a teacher's, a student's or a fake score's, is decided by the adapters
 * that are switched on.
 */
record Denoiser(Network network, NoiseSchedule schedule) {
    /** Predicts for latents, timesteps {@code [B]} and what there is to be told. */
    @FunctionalInterface
    interface Network {
        Tensor forward(Tensor latents, Tensor timesteps, Conditioning text);
    }

    /**
     * A prediction in F32, of what the schedule says that the network predicts.
     *
     * @param latents {@code [B, C, h, w]}
     * @param timesteps one for each of {@code B}
     * @param text for {@code B}
     */
    Tensor predict(Tensor latents, int[] timesteps, Conditioning text) {
        return network.forward(latents, tensor(timesteps), text).to(Dtype.F32.scalarType());
    }

    /**
     * A prediction with guidance, both passes in one batch.
     *
     * @param empty of as many empty captions
     * @param scale of guidance, {@code [B, 1, 1, 1]}
     */
    Tensor guided(Tensor latents, int[] timesteps, Conditioning text, Conditioning empty, Tensor scale) {
        long batch = latents.size(0);
        Tensor both = predict(Tensors.cat(0, latents, latents), twice(timesteps), empty.followedBy(text));
        Tensor without = both.narrow(0, 0, batch);
        return without.add(both.narrow(0, batch, batch).sub(without).mul(scale));
    }

    /** The clean latents that the network sees in {@code latents}; gradients flow through. */
    Tensor clean(Tensor latents, int[] timesteps, Conditioning text) {
        return schedule.toX0(latents, predict(latents, timesteps, text), timesteps);
    }

    static Tensor tensor(int[] timesteps) {
        return Tensors.of(Arrays.stream(timesteps).asLongStream().toArray(), timesteps.length);
    }

    private static int[] twice(int[] timesteps) {
        int[] twice = Arrays.copyOf(timesteps, 2 * timesteps.length);
        System.arraycopy(timesteps, 0, twice, timesteps.length, timesteps.length);
        return twice;
    }
}
