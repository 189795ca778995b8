package dev.hypersd.kernel;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Two-dimensional convolution, the one place where a way to compute it is chosen. */
public final class Convolution {
    private static final long[] NO_DILATION = {1, 1};

    private Convolution() {}

    /**
     * @param x {@code [B, in, H, W]}
     * @param weight {@code [out, in, k, k]}
     * @param bias {@code [out]}, if there is one
     * @return {@code [B, out, (H + 2 padding - k) / stride + 1, (W + 2 padding - k) / stride + 1]}
     */
    public static Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long padding) {
        return torch.conv2d(
                x,
                weight,
                bias.map(TensorOptional::new).orElseGet(TensorOptional::new),
                new long[] {stride, stride},
                new long[] {padding, padding},
                NO_DILATION,
                1);
    }
}
