package dev.hypersd.kernel;

import dev.hypersd.tensor.Dtype;
import java.util.Optional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Two-dimensional convolution, the one place where a way to compute it is chosen.
 *
 * <p>Without gradients the result has its channels innermost in memory, whatever the layout of the input: then
 * everything between two convolutions works on it without rearranging. The limits below were measured on SD 1.5's and
 * its VAE's layers (docs/performance.md).
 */
public final class Convolution {
    private static final long[] NO_DILATION = {1, 1};

    /**
     * Below as many channels on either side the transforms of the fast way cost more than its smaller products save.
     */
    private static final long WINOGRAD_CHANNELS = 128;

    /** Below as many pixels the transform of the kernels costs more than it saves. */
    private static final long WINOGRAD_PIXELS = 1024;

    /**
     * From so many channels on both sides and up to so many pixels the plain way spends its time on the layout of the
     * weights.
     */
    private static final long IM2COL_CHANNELS = 512;

    private static final long IM2COL_PIXELS = 200;

    private Convolution() {}

    /**
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

    /** Returns the number of pixels of the result along a side of {@code in} pixels. */
    public static long size(long in, long kernel, long stride, long padding) {
        return (in + 2 * padding - kernel) / stride + 1;
    }

    /** Returns the engine's own way, which serves every case and is the only one with gradients. */
    static Tensor plain(Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long padding) {
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
        return weight.size(2) > 1 && channels(weight) >= IM2COL_CHANNELS && pixels(x) <= IM2COL_PIXELS && isF32OnCpu(x);
    }

    private static long channels(Tensor weight) {
        return Math.min(weight.size(0), weight.size(1));
    }

    /** Of all pictures. */
    private static long pixels(Tensor x) {
        return x.size(0) * x.size(2) * x.size(3);
    }

    /** Returns whether the limits above were measured for such numbers. */
    private static boolean isF32OnCpu(Tensor x) {
        return x.is_cpu() && Dtype.of(x.scalar_type()) == Dtype.F32;
    }

    private static boolean recordsGradients(Tensor x, Tensor weight, Optional<Tensor> bias) {
        return GradMode.is_enabled()
                && (x.requires_grad()
                        || weight.requires_grad()
                        || bias.filter(Tensor::requires_grad).isPresent());
    }
}
