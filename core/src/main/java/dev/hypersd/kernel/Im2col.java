package dev.hypersd.kernel;

import dev.hypersd.tensor.TensorScope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * Convolution as one matrix product with unfolded patches ("im2col"; Chellapilla, Puri and Simard, 2006). It reads the
 * weights once as they are, where other implementations rearrange them first, which is most of their work where the
 * weights are far larger than the picture.
 */
final class Im2col {
    private static final long[] NO_DILATION = {1, 1};

    private Im2col() {}

    /**
     * Computes the convolution of {@code x [B, in, H, W]} with {@code weight [out, in, k, k]} and {@code bias [out]},
     * if there is one.
     *
     * @return {@code [B, out, H', W']}, channels-last in memory
     */
    static Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias, long stride, long padding) {
        return TensorScope.scoped(() -> {
            long batch = x.size(0);
            long kernel = weight.size(2);
            Tensor patches = torch.im2col(
                    x.contiguous(),
                    new long[] {kernel, kernel},
                    NO_DILATION,
                    new long[] {padding, padding},
                    new long[] {stride, stride});
            Tensor columns = patches.transpose(0, 1).flatten(1, -1); // [in k k, B H' W']
            Tensor matrix = weight.flatten(1, -1); // [out, in k k]
            Tensor product = Matmul.linear(matrix, columns.t(), Optional.empty());
            bias.ifPresent(b -> product.add_(b.unsqueeze(1)));
            return product.view(
                            weight.size(0),
                            batch,
                            Convolution.size(x.size(2), kernel, stride, padding),
                            Convolution.size(x.size(3), kernel, stride, padding))
                    .transpose(0, 1)
                    .contiguous(MemoryFormat.ChannelsLast);
        });
    }
}
