package dev.hypersd.lora;

import static dev.hypersd.tensor.TensorScope.keeping;

import dev.hypersd.nn.Parameter;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Arithmetic on low-rank changes. Results are F32, their alpha is their rank, and they belong to the caller's scope.
 */
public final class LowRankSums {
    private LowRankSums() {}

    /** Returns {@code weight} times the change of {@code factors}, which are returned themselves if that is 1. */
    public static Factors scaled(Factors factors, double weight) {
        return weight == 1
                ? factors
                : built(() -> shaped(
                        factors.target(),
                        flat(factors.up()).mul(new Scalar(weight * factors.scale())),
                        flat(factors.down())));
    }

    /**
     * Returns the sum of {@code terms}, all of one parameter. Its rank is the sum of theirs, so it is exact. A single
     * term is returned as it is.
     */
    public static Factors sum(List<Factors> terms) {
        if (terms.size() == 1) {
            return terms.getFirst();
        }
        Parameter target = terms.getFirst().target();
        return built(() -> {
            List<Tensor> downs = new ArrayList<>();
            List<Tensor> ups = new ArrayList<>();
            for (Factors term : terms) {
                downs.add(flat(term.down()));
                ups.add(flat(term.up()).mul(new Scalar(term.scale())));
            }
            return shaped(target, Tensors.cat(1, ups), Tensors.cat(0, downs));
        });
    }

    /**
     * Returns the nearest change of rank {@code rank}, by singular value decomposition; the same change if its rank is
     * not higher.
     */
    public static Factors truncated(Factors factors, long rank) {
        return built(() -> {
            Tensor up = flat(factors.up()).mul(new Scalar(factors.scale()));
            Tensor down = flat(factors.down());
            if (rank >= down.size(0)) {
                return shaped(factors.target(), up, down);
            }
            // up down = Qu (Ru Rd^T) Qd^T: the singular values are those of the small matrix in the middle.
            var left = torch.linalg_qr(up);
            var right = torch.linalg_qr(down.t());
            Factors middle =
                    nearest(factors.target(), left.get1().mm(right.get1().t()), rank);
            return shaped(
                    factors.target(),
                    left.get0().mm(middle.up()),
                    middle.down().mm(right.get0().t()));
        });
    }

    /**
     * Returns the change of rank {@code rank}, or of full rank where that is lower, nearest to {@code difference},
     * which has the shape of {@code target}.
     */
    public static Factors nearestTo(Parameter target, Tensor difference, long rank) {
        return built(() -> {
            Factors nearest = nearest(target, flat(difference), rank);
            return shaped(target, nearest.up(), nearest.down());
        });
    }

    /**
     * Returns the leading singular vectors of {@code matrix}, at most {@code most}, each multiplied by the root of its
     * singular value; two-dimensional.
     */
    private static Factors nearest(Parameter target, Tensor matrix, long most) {
        long rank = Math.min(most, Math.min(matrix.size(0), matrix.size(1)));
        T_TensorTensorTensor_T parts = torch.svd(matrix, true, true);
        Tensor roots = parts.get1().narrow(0, 0, rank).sqrt();
        Tensor up = parts.get0().narrow(1, 0, rank).mul(roots);
        Tensor down = parts.get2().narrow(1, 0, rank).mul(roots).t();
        return new Factors(target, down, up, rank);
    }

    private static Factors built(Supplier<Factors> body) {
        return keeping(body, factors -> List.of(factors.down(), factors.up()));
    }

    private static Tensor flat(Tensor tensor) {
        return tensor.to(Dtype.F32.scalarType()).reshape(tensor.size(0), -1);
    }

    /** Reshapes factors to the number of dimensions of the target, filters for a convolution. */
    private static Factors shaped(Parameter target, Tensor up, Tensor down) {
        long rank = down.size(0);
        long[] weight = target.shape();
        long[] downShape = weight.clone();
        downShape[0] = rank;
        long[] upShape = new long[weight.length];
        Arrays.fill(upShape, 1);
        upShape[0] = weight[0];
        upShape[1] = rank;
        return new Factors(
                target,
                down.reshape(downShape).contiguous(),
                up.reshape(upShape).contiguous(),
                rank);
    }
}
