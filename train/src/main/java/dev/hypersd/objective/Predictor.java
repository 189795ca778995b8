package dev.hypersd.objective;

import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * A U-Net with its noise schedule: what it predicts for latents at timesteps, guided or not, and where one step of DDIM
 * leads from there. The weights that it computes with, a teacher's, a student's or a fake score's, are those of the
 * adapters that are switched on.
 */
public record Predictor(Network network, NoiseSchedule schedule) {
    /** The network itself. */
    @FunctionalInterface
    public interface Network {
        /**
         * Returns one prediction.
         *
         * @param latents {@code [B, C, h, w]}
         * @param timesteps {@code [1]} or {@code [B]}
         * @param text the conditioning of all {@code B}
         */
        Tensor forward(Tensor latents, Tensor timesteps, Conditioning text);
    }

    /**
     * Returns a prediction in F32, of what the schedule says that the network predicts.
     *
     * @param latents {@code [B, C, h, w]}
     * @param timesteps one for each of {@code B}
     * @param text for {@code B}
     */
    public Tensor predict(Tensor latents, int[] timesteps, Conditioning text) {
        return network.forward(latents, tensor(timesteps), text).to(Dtype.F32.scalarType());
    }

    /**
     * Returns a prediction with guidance, both passes in one batch.
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
     * Returns one step of DDIM, the paper's solver: from timesteps {@code from} to {@code to}, in F32; gradients flow
     * through.
     */
    public Tensor step(Tensor latents, int[] from, int[] to, Conditioning text) {
        return schedule.jump(latents, predict(latents, from, text), from, to);
    }

    /** Returns the clean latents that the network sees in {@code latents}; gradients flow through. */
    public Tensor clean(Tensor latents, int[] timesteps, Conditioning text) {
        return schedule.toX0(latents, predict(latents, timesteps, text), timesteps);
    }

    /** Returns the timesteps as the network takes them, {@code [B]}. */
    public static Tensor tensor(int[] timesteps) {
        return Tensors.of(Arrays.stream(timesteps).asLongStream().toArray(), timesteps.length);
    }

    private static int[] twice(int[] timesteps) {
        int[] twice = Arrays.copyOf(timesteps, 2 * timesteps.length);
        System.arraycopy(timesteps, 0, twice, timesteps.length, timesteps.length);
        return twice;
    }
}
