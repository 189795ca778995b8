package dev.hypersd.lora;

import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The one formula of this package: {@code W' = W + scale * up * down} (Hu et al., 2021, section 4.1). */
public final class LowRank {
    private LowRank() {}

    /**
     * {@code weight} changed by a low-rank product; a new tensor, differentiable in all three.
     *
     * <p>A convolution is the linear map of its flattened filters, so one formula serves both.
     *
     * @param weight {@code [out, in]} or {@code [out, in, k, k]}
     * @param down {@code [rank, in]} or {@code [rank, in, k, k]}, of the type and on the device of {@code weight}
     * @param up {@code [out, rank]} or {@code [out, rank, 1, 1]}, likewise
     * @param scale strength times alpha / rank
     */
    public static Tensor added(Tensor weight, Tensor down, Tensor up, double scale) {
        return flat(weight)
                .addmm(flat(up), flat(down), new Scalar(1), new Scalar(scale))
                .view(Tensors.shape(weight));
    }

    private static Tensor flat(Tensor tensor) {
        return tensor.reshape(tensor.size(0), -1);
    }
}
