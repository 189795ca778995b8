package dev.hypersd.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Normalisation over the last dimension: {@code [..., C] -> [..., C]}, then scale and shift per channel. */
public final class LayerNorm {
    private final Parameter weight;
    private final Parameter bias;
    private final long channels;
    private final double eps;

    public LayerNorm(Parameters p, long channels, double eps) {
        this.weight = p.take("weight", Init.ONES, channels);
        this.bias = p.take("bias", Init.ZEROS, channels);
        this.channels = channels;
        this.eps = eps;
    }

    public Tensor forward(Tensor x) {
        return torch.layer_norm(
                x,
                new long[] {channels},
                new TensorOptional(weight.value()),
                new TensorOptional(bias.value()),
                eps,
                false);
    }
}
