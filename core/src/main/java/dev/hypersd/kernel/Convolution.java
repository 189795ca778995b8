package dev.hypersd.kernel;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Two-dimensional convolution, the only place where its implementation is chosen.
 *
 * <p>Without gradients the result is channels-last in memory, whatever the layout of the input, so that no layer
 * between two convolutions rearranges it. The limits below were measured on the layers of SD 1.5 and its autoencoder
 * (docs/performance.md).
 */
public final class Convolution {
    private static final long[] NO_DILATION = {1, 1};

    /**
     * The fewest input and output channels for Winograd's algorithm; below, its transforms cost more than its smaller
     * products save.
     */
    private static final long WINOGRAD_CHANNELS = 128;

    /** The fewest pixels for Winograd's algorithm; below, the transform of the kernels costs more than it saves. */
    private static final long WINOGRAD_PIXELS = 1024;

    /**
     * The fewest input and output channels for im2col, where the engine's own implementation spends its time on the
     * layout of the weights.
     */
    private static final long IM2COL_CHANNELS = 512;

    private static final long IM2COL_PIXELS = 200;

    /** The same where products are faster than those by which the engine's own implementation was measured. */
    private static final long IM2COL_PIXELS_OF_FAST_PRODUCTS = 300;

    /** The channels that oneDNN keeps in one block: 16 of F32, 32 of half precision. */
    private static final long BLOCK = 32;

    private Convolution() {}

    /**
     * Computes the convolution by the fastest implementation for these shapes.
     *
     * @param x {@code [B, in, H, W]}
     * @param weight {@code [out, in, k, k]}
     * @param bias {@code [out]}, if there is one
     * @return {@code [B, out, (H + 2 padding - k) / stride + 1, (W + 2 padding - k) / stride + 1]}
     */
    public static Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long padding) {
        if (recordsGradients(x, weight, bias)) {
            return plain(x, weight, bias, stride, padding);
        }
        if (stride == 1 && padding == 1 && winogradPays(x, weight)) {
            return Winograd.apply(x, weight, bias);
        }
        if (im2colPays(x, weight)) {
            return Im2col.apply(x, weight, bias, stride, padding);
        }
        // The engine brings weights into the layout of the picture, which counts where they are larger than it.
        MemoryFormat layout = weight.numel() > x.numel() ? MemoryFormat.Contiguous : MemoryFormat.ChannelsLast;
        return plain(x.contiguous(layout), weight, bias, stride, padding).contiguous(MemoryFormat.ChannelsLast);
    }

    /** Returns the number of output pixels along a side of {@code in} pixels. */
    public static long size(long in, long kernel, long stride, long padding) {
        return (in + 2 * padding - kernel) / stride + 1;
    }

    /**
     * Computes the convolution by the engine's own implementation, which supports all cases and, alone, gradients.
     *
     * <p>On some processors (seen on AMD's family 26) oneDNN returns wrong values where it has to fill up blocks of
     * channels. Channels-last tensors are not divided into blocks, so they are used wherever blocks would not be full.
     * In BF16 it multiplies output channels in pairs when it computes the gradient by the picture, and reads
     * uninitialised memory beside the last of an odd number of them. One more channel, of zeros, makes pairs.
     */
    static Tensor plain(Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long padding) {
        if (weight.size(0) % 2 == 1 && x.is_cpu() && computesInHalf(weight) && recordsGradients(x, weight, bias)) {
            return TensorScope.scoped(
                    () -> plain(x, withOneMore(weight), bias.map(Convolution::withOneMore), stride, padding)
                            .narrow(1, 0, weight.size(0))
                            .contiguous(MemoryFormat.ChannelsLast));
        }
        if (!x.is_cpu() || (weight.size(0) % BLOCK == 0 && weight.size(1) % BLOCK == 0)) {
            return engine(x, weight, bias, stride, padding);
        }
        if (hasOneLayout(x, weight)) {
            return Im2col.apply(x, weight, bias, stride, padding);
        }
        return engine(x.contiguous(MemoryFormat.ChannelsLast), weight, bias, stride, padding);
    }

    /** Returns whether the input or the output is the same in memory in either layout, so that none can be chosen. */
    private static boolean hasOneLayout(Tensor x, Tensor weight) {
        return channels(weight) == 1 || x.size(2) * x.size(3) == 1;
    }

    /** Returns {@code tensor} with zeros behind the last of its first dimension. */
    private static Tensor withOneMore(Tensor tensor) {
        long[] pads = new long[2 * (int) tensor.dim()];
        pads[pads.length - 1] = 1;
        return torch.constant_pad_nd(tensor, pads, new Scalar(0));
    }

    private static Tensor engine(Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long padding) {
        return torch.conv2d(
                x,
                weight,
                bias.map(TensorOptional::new).orElseGet(TensorOptional::new),
                new long[] {stride, stride},
                new long[] {padding, padding},
                NO_DILATION,
                1);
    }

    private static boolean winogradPays(Tensor x, Tensor weight) {
        return weight.size(2) == 3
                && channels(weight) >= WINOGRAD_CHANNELS
                && pixels(x) >= WINOGRAD_PIXELS
                && isF32OnCpu(x);
    }

    private static boolean im2colPays(Tensor x, Tensor weight) {
        return weight.size(2) > 1
                && channels(weight) >= IM2COL_CHANNELS
                && isF32OnCpu(x)
                && pixels(x) <= (Matmul.isFasterThanTheEngine() ? IM2COL_PIXELS_OF_FAST_PRODUCTS : IM2COL_PIXELS);
    }

    private static long channels(Tensor weight) {
        return Math.min(weight.size(0), weight.size(1));
    }

    /** Returns the number of pixels of all pictures. */
    private static long pixels(Tensor x) {
        return x.size(0) * x.size(2) * x.size(3);
    }

    /** Returns whether the tensor is of the type and on the device for which the limits were measured. */
    private static boolean isF32OnCpu(Tensor x) {
        return x.is_cpu() && Dtype.of(x.scalar_type()) == Dtype.F32;
    }

    /** Returns whether a convolution with {@code weight} is computed in half precision, as it is or by autocast. */
    private static boolean computesInHalf(Tensor weight) {
        return Autocast.active() || Dtype.of(weight.scalar_type()).bytes() == 2;
    }

    private static boolean recordsGradients(Tensor x, Tensor weight, Optional<Tensor> bias) {
        return Tensors.recordsGradients(x)
                || Tensors.recordsGradients(weight)
                || bias.filter(Tensors::recordsGradients).isPresent();
    }
}
