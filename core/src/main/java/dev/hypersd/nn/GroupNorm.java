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
     * With fewer the engine goes through innermost channels one pixel after another, many times slower than through
     * whole maps.
     */
    private static final long PIXELS = 1024;

    private final Parameter weight;
    private final Parameter bias;
    private final long groups;
    private final double eps;

    /**
     * @param eps added to the variance; it decides the result where activations are small, so it differs by block, not
     *     by taste
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
