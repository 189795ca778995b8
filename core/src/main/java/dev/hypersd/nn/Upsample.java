package dev.hypersd.nn;

import static dev.hypersd.tensor.TensorScope.chain;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Nearest-neighbour upsampling followed by a 3x3 convolution: {@code [B, C, h, w] -> [B, C, H, W]}. */
public final class Upsample {
    private final Conv2d conv;

    public Upsample(Parameters p, long channels) {
        this.conv = Conv2d.same3x3(p.at("conv"), channels, channels);
    }

    /** Upsamples to twice the size. */
    public Tensor forward(Tensor x) {
        return forward(x, 2 * x.size(2), 2 * x.size(3));
    }

    /** Upsamples to the given size, which need not be a multiple of the present one. */
    public Tensor forward(Tensor x, long height, long width) {
        return chain(
                x,
                h -> torch.upsample_nearest2d(
                        h, new long[] {height, width}, new DoubleOptional(), new DoubleOptional()),
                conv::forward);
    }
}
