package dev.hypersd.nn;

import dev.hypersd.kernel.Convolution;
import dev.hypersd.kernel.Form;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
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

    /** Creates a convolution with bias. */
    public static Conv2d of(Parameters p, long in, long out, long kernel, long stride, long padding) {
        Init init = Init.fanIn(in * kernel * kernel);
        return new Conv2d(
                p.takeFactor("weight", init, Form.convolution(stride, padding), out, in, kernel, kernel),
                Optional.of(p.take("bias", init, out)),
                stride,
                padding);
    }

    /** Creates a convolution without bias. */
    public static Conv2d unbiased(Parameters p, long in, long out, long kernel, long stride, long padding) {
        Init init = Init.fanIn(in * kernel * kernel);
        return new Conv2d(
                p.takeFactor("weight", init, Form.convolution(stride, padding), out, in, kernel, kernel),
                Optional.empty(),
                stride,
                padding);
    }

    /** Creates a 3x3 convolution with bias that keeps the size. */
    public static Conv2d same3x3(Parameters p, long in, long out) {
        return of(p, in, out, 3, 1, 1);
    }

    /**
     * Creates a convolution of the odd size {@code kernel} that keeps the size of the picture and is initialised with
     * zeros, so that it has no effect before training.
     */
    public static Conv2d zeroInitialised(Parameters p, long in, long out, long kernel) {
        return new Conv2d(
                p.take("weight", Init.ZEROS, out, in, kernel, kernel),
                Optional.of(p.take("bias", Init.ZEROS, out)),
                1,
                kernel / 2);
    }

    /** Creates a 1x1 convolution, a linear layer over channels at every pixel. */
    public static Conv2d pointwise(Parameters p, long in, long out) {
        return of(p, in, out, 1, 1, 0);
    }

    public Tensor forward(Tensor x) {
        Weight used = weight.weight().at(places(x));
        Optional<Tensor> shift = bias.map(Parameter::value);
        Optional<Tensor> added = shift.filter(_ -> used.rows().isEmpty());
        Tensor y = used.packed()
                .map(packed -> packed.convolution(x, added))
                .orElseGet(() -> Convolution.apply(x, used.tensor(), added, stride, padding));
        for (LowRank change : used.changes()) {
            Tensor read = Convolution.apply(x, filters(change.down()), Optional.empty(), stride, padding);
            Tensor up = change.up().view(change.up().size(0), -1, 1, 1);
            y.add_(Convolution.apply(read, up, Optional.empty(), 1, 0), new Scalar(change.scale()));
        }
        return used.scaled(y, 1, shift);
    }

    /** Returns the number of output pixels of all pictures. */
    private long places(Tensor x) {
        return x.size(0) * along(x.size(2)) * along(x.size(3));
    }

    private long along(long side) {
        return Convolution.size(side, weight.shape()[2], stride, padding);
    }

    /**
     * Reshapes {@code down} to filters of this layer, since files and factors mix linear layers and 1x1 convolutions.
     */
    private Tensor filters(Tensor down) {
        long[] shape = weight.shape();
        shape[0] = down.size(0);
        return down.view(shape);
    }
}
