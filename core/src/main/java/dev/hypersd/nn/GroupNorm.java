package dev.hypersd.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalisation over groups of channels (Wu and He, 2018): {@code [B, C, H, W] -> [B, C, H, W]}, then scale and shift
 * per channel.
 */
public final class GroupNorm {
    /**
     * The fewest pixels for the channels-last layout; with fewer, the engine normalises one pixel after another in it,
     * many times slower than whole maps.
     */
    private static final long PIXELS = 1024;

    private final Parameter weight;
    private final Parameter bias;
    private final long groups;
    private final double eps;

    /**
     * Builds the layer.
     *
     * @param eps the number added to the variance; it affects the result where activations are small, so each network
     *     needs its own
     */
    public GroupNorm(Parameters p, long channels, long groups, double eps) {
        this.weight = p.take("weight", Init.ONES, channels);
        this.bias = p.take("bias", Init.ZEROS, channels);
        this.groups = groups;
        this.eps = eps;
    }

    public Tensor forward(Tensor x) {
        Tensor laid = x.size(2) * x.size(3) < PIXELS ? x.contiguous() : x;
        return torch.group_norm(
                laid, groups, new TensorOptional(weight.value()), new TensorOptional(bias.value()), eps, false);
    }
}
