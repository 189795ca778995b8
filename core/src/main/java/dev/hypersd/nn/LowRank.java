package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A low-rank change of a weight, {@code W' = W + scale * up * down} (Hu et al., 2021, section 4.1).
 *
 * <p>A convolution is the linear map of its flattened filters, so one formula serves both.
 *
 * @param down {@code [rank, in]} or {@code [rank, in, k, k]}
 * @param up {@code [out, rank]} or {@code [out, rank, 1, 1]}
 * @param scale the factor of the product: strength times alpha / rank
 */
public record LowRank(Tensor down, Tensor up, double scale) {
    /**
     * Adds this change to {@code weight}; the result is a new tensor, differentiable in all three.
     *
     * @param weight {@code [out, in]} or {@code [out, in, k, k]}, of the type and on the device of the factors
     */
    public Tensor addedTo(Tensor weight) {
        return flat(weight)
                .addmm(flat(up), flat(down), new Scalar(1), new Scalar(scale))
                .view(Tensors.shape(weight));
    }

    /** Returns this change with its factors converted. */
    LowRank to(Dtype dtype) {
        return new LowRank(down.to(dtype.scalarType()), up.to(dtype.scalarType()), scale);
    }

    private static Tensor flat(Tensor tensor) {
        return tensor.reshape(tensor.size(0), -1);
    }
}
