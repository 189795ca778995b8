package dev.hypersd.objective;

import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * A U-Net with its noise schedule: it predicts with or without guidance, and takes DDIM steps. It computes with the
 * adapters that are active in the call: those of a teacher, a student or a fake score.
 */
public record Predictor(Network network, NoiseSchedule schedule) {
    /** The network. */
    @FunctionalInterface
    public interface Network {
        /**
         * Predicts for a batch of latents.
         *
         * @param latents {@code [B, C, h, w]}
         * @param timesteps {@code [1]} or {@code [B]}
         * @param text the conditioning of all {@code B}
         */
        Tensor forward(Tensor latents, Tensor timesteps, Conditioning text);
    }

    /**
     * Predicts in F32 what the network was trained to predict.
     *
     * @param latents {@code [B, C, h, w]}
     * @param timesteps the timestep of each sample
     * @param text the conditioning of each sample
     */
    public Tensor predict(Tensor latents, int[] timesteps, Conditioning text) {
        return network.forward(latents, tensor(timesteps), text).to(Dtype.F32.scalarType());
    }

    /**
     * Predicts with guidance, both passes in one batch.
     *
     * @param empty the conditioning of as many empty captions
     * @param scale the guidance scale, {@code [B, 1, 1, 1]}
     */
    public Tensor guided(Tensor latents, int[] timesteps, Conditioning text, Conditioning empty, Tensor scale) {
        long batch = latents.size(0);
        Tensor both = predict(Tensors.cat(0, latents, latents), twice(timesteps), empty.followedBy(text));
        Tensor without = both.narrow(0, 0, batch);
        return without.add(both.narrow(0, batch, batch).sub(without).mul(scale));
    }

    /**
     * Takes one step of DDIM, the paper's solver, from timesteps {@code from} to {@code to}, in F32; gradients flow
     * through.
     */
    public Tensor step(Tensor latents, int[] from, int[] to, Conditioning text) {
        return schedule.jump(latents, predict(latents, from, text), from, to);
    }

    /** Returns the predicted clean latents; gradients flow through. */
    public Tensor clean(Tensor latents, int[] timesteps, Conditioning text) {
        return schedule.toX0(latents, predict(latents, timesteps, text), timesteps);
    }

    /** Returns the timesteps as a tensor for the network, {@code [B]}. */
    public static Tensor tensor(int[] timesteps) {
        return Tensors.of(Arrays.stream(timesteps).asLongStream().toArray(), timesteps.length);
    }

    private static int[] twice(int[] timesteps) {
        int[] twice = Arrays.copyOf(timesteps, 2 * timesteps.length);
        System.arraycopy(timesteps, 0, twice, timesteps.length, timesteps.length);
        return twice;
    }
}
