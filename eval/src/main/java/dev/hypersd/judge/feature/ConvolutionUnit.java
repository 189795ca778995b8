package dev.hypersd.judge.feature;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.TensorScope.Step;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A convolution, batch normalisation with the statistics of the training, and a ReLU: torchvision's BasicConv2d. */
final class ConvolutionUnit implements Step {
    private static final double EPS = 1e-3;
    private static final long[] NO_DILATION = {1, 1};

    private final Parameter weight;
    private final Parameter scale;
    private final Parameter shift;
    private final Parameter mean;
    private final Parameter variance;
    private final long[] stride;
    private final long[] padding;

    private ConvolutionUnit(Parameters p, long[] shape, long stride, long... padding) {
        this.weight = p.take("conv.weight", Init.fanIn(shape[1] * shape[2] * shape[3]), shape);
        Parameters norm = p.at("bn");
        this.scale = norm.take("weight", Init.ONES, shape[0]);
        this.shift = norm.take("bias", Init.ZEROS, shape[0]);
        this.mean = norm.take("running_mean", Init.ZEROS, shape[0]);
        this.variance = norm.take("running_var", Init.ONES, shape[0]);
        this.stride = new long[] {stride, stride};
        this.padding = padding;
    }

    /** Builds a unit with square filters and stride 1. */
    static ConvolutionUnit of(Parameters p, long in, long out, long kernel, long padding) {
        return new ConvolutionUnit(p, new long[] {out, in, kernel, kernel}, 1, padding, padding);
    }

    /** Builds a unit with 3x3 filters, stride 2 and no padding. */
    static ConvolutionUnit strided(Parameters p, long in, long out) {
        return new ConvolutionUnit(p, new long[] {out, in, 3, 3}, 2, 0, 0);
    }

    /** Builds a unit with filters of one row, which keeps the size. */
    static ConvolutionUnit row(Parameters p, long in, long out, long length) {
        return new ConvolutionUnit(p, new long[] {out, in, 1, length}, 1, 0, length / 2);
    }

    /** Builds a unit with filters of one column, which keeps the size. */
    static ConvolutionUnit column(Parameters p, long in, long out, long length) {
        return new ConvolutionUnit(p, new long[] {out, in, length, 1}, 1, length / 2, 0);
    }

    @Override
    public Tensor apply(Tensor x) {
        return scoped(() -> torch.batch_norm(
                        torch.conv2d(
                                // As Convolution does, since blocks of channels may not be full.
                                x.contiguous(torch.MemoryFormat.ChannelsLast),
                                weight.value(),
                                new TensorOptional(),
                                stride,
                                padding,
                                NO_DILATION,
                                1),
                        new TensorOptional(scale.value()),
                        new TensorOptional(shift.value()),
                        new TensorOptional(mean.value()),
                        new TensorOptional(variance.value()),
                        false,
                        0,
                        EPS,
                        false)
                .relu_());
    }
}
