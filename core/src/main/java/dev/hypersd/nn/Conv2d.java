package dev.hypersd.nn;

import dev.hypersd.kernel.Convolution;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A square convolution: {@code [B, in, H, W] -> [B, out, H', W']}, {@code H' = (H + 2 padding - kernel) / stride + 1},
 * with {@code weight [out, in, kernel, kernel]} and an optional {@code bias [out]}.
 */
public final class Conv2d {
    private final Parameter weight;
    private final Optional<Parameter> bias;
    private final long stride;
    private final long padding;

    private Conv2d(Parameter weight, Optional<Parameter> bias, long stride, long padding) {
        this.weight = weight;
        this.bias = bias;
        this.stride = stride;
        this.padding = padding;
    }

    /** A convolution of the given geometry, with bias. */
    public static Conv2d of(Parameters p, long in, long out, long kernel, long stride, long padding) {
        Init init = Init.fanIn(in * kernel * kernel);
        return new Conv2d(
                p.take("weight", init, out, in, kernel, kernel),
                Optional.of(p.take("bias", init, out)),
                stride,
                padding);
    }

    /** The same without bias. */
    public static Conv2d unbiased(Parameters p, long in, long out, long kernel, long stride, long padding) {
        Init init = Init.fanIn(in * kernel * kernel);
        return new Conv2d(p.take("weight", init, out, in, kernel, kernel), Optional.empty(), stride, padding);
    }

    /** The usual 3x3 convolution that keeps the size. */
    public static Conv2d same3x3(Parameters p, long in, long out) {
        return of(p, in, out, 3, 1, 1);
    }

    /** A convolution of {@code kernel}, an odd number, that keeps the size and starts at zero, so that it says nothing before it has learned. */
    public static Conv2d silent(Parameters p, long in, long out, long kernel) {
        return new Conv2d(
                p.take("weight", Init.ZEROS, out, in, kernel, kernel),
                Optional.of(p.take("bias", Init.ZEROS, out)),
                1,
                kernel / 2);
    }

    /** A 1x1 convolution: a linear layer over channels at every pixel. */
    public static Conv2d pointwise(Parameters p, long in, long out) {
        return of(p, in, out, 1, 1, 0);
    }

    public Tensor forward(Tensor x) {
        return Convolution.apply(x, weight.value(), bias.map(Parameter::value), stride, padding);
    }
}
