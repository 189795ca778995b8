package dev.hypersd.nn;

import dev.hypersd.kernel.Convolution;
import org.bytedeco.pytorch.Tensor;

/**
 * A square convolution with bias: {@code [B, in, H, W] -> [B, out, H', W']}, {@code H' = (H + 2 padding - kernel) / stride + 1},
 * with {@code weight [out, in, kernel, kernel]} and {@code bias [out]}.
 */
public final class Conv2d {
    private final Parameter weight;
    private final Parameter bias;
    private final long stride;
    private final long padding;

    /** A convolution of the given geometry. */
    public Conv2d(Parameters p, long in, long out, long kernel, long stride, long padding) {
        Init init = Init.fanIn(in * kernel * kernel);
        this.weight = p.take("weight", init, out, in, kernel, kernel);
        this.bias = p.take("bias", init, out);
        this.stride = stride;
        this.padding = padding;
    }

    /** The usual 3x3 convolution that keeps the size. */
    public static Conv2d same3x3(Parameters p, long in, long out) {
        return new Conv2d(p, in, out, 3, 1, 1);
    }

    /** A 1x1 convolution: a linear layer over channels at every pixel. */
    public static Conv2d pointwise(Parameters p, long in, long out) {
        return new Conv2d(p, in, out, 1, 1, 0);
    }

    public Tensor forward(Tensor x) {
        return Convolution.apply(x, weight.value(), bias.value(), stride, padding);
    }
}
