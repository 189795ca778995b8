package dev.hypersd.kernel;

import dev.hypersd.onednn.OneDnn;
import dev.hypersd.onednn.OneDnn.Layout;
import dev.hypersd.onednn.OneDnn.Matrix;
import dev.hypersd.onednn.OneDnn.Operation;
import dev.hypersd.onednn.OneDnn.Plan;
import dev.hypersd.onednn.Operations;
import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Matrix products, the only place where their library is chosen.
 *
 * <p>The engine multiplies with MKL or OpenBLAS, which do not use AVX-512 on every processor that has it: on AMD's, MKL
 * multiplies F32 at less than half of the speed of oneDNN. There, products in F32 without gradients are oneDNN's. All
 * others are the engine's.
 *
 * <p>Methods are called on the engine's thread.
 */
public final class Matmul {
    /** Whether oneDNN multiplies in F32. It is chosen by what the libraries report, so that results do not vary. */
    private static final boolean BY_ONE_DNN = Engine.multipliesWithoutAvx512() && OneDnn.isAvailable();

    private Matmul() {}

    /** Returns whether products in F32 have another, faster library than the engine's. */
    public static boolean isFasterThanTheEngine() {
        return BY_ONE_DNN;
    }

    /**
     * Applies a linear layer.
     *
     * @param x {@code [..., in]}
     * @param weight {@code [out, in]}, of the same type
     * @param bias {@code [out]}, if there is one
     * @return {@code x weight^T + bias}, {@code [..., out]}
     * @throws RuntimeException if the sizes or types do not fit
     */
    public static Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias) {
        boolean recorded = Tensors.recordsGradients(x)
                || Tensors.recordsGradients(weight)
                || bias.filter(Tensors::recordsGradients).isPresent();
        if (!BY_ONE_DNN || recorded || Autocast.active() || x.numel() == 0 || !areF32OnCpu(x, weight)) {
            return bias.map(added -> torch.linear(x, weight, new TensorOptional(added)))
                    .orElseGet(() -> torch.linear(x, weight));
        }
        if (x.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException("a linear layer with the weight %s cannot be applied to %s"
                    .formatted(Tensors.describe(weight), Tensors.describe(x)));
        }
        return TensorScope.scoped(() -> {
            Tensor rows = x.reshape(-1, weight.size(1)).contiguous();
            Tensor y = Tensors.empty(rows.size(0), weight.size(0));
            bias.ifPresent(added -> y.copy_(added.expand(y.size(0), y.size(1))));
            multiply(y, rows, (isMatrix(weight) ? weight : weight.contiguous()).t(), bias.isPresent());
            long[] shape = Tensors.shape(x);
            shape[shape.length - 1] = weight.size(0);
            return y.view(shape);
        });
    }

    /**
     * Multiplies two matrices, or each of a batch of them. No gradients are recorded.
     *
     * @param result takes the product, {@code [m, n]} or {@code [B, m, n]}
     * @param a {@code [m, k]} or {@code [B, m, k]}
     * @param b {@code [k, n]} or {@code [B, k, n]}
     * @throws RuntimeException if the sizes do not fit
     */
    public static void into(Tensor result, Tensor a, Tensor b) {
        if (!BY_ONE_DNN || !areF32OnCpu(result, a, b)) {
            if (result.dim() == 2) {
                torch.mm_out(result, a, b);
            } else {
                torch.bmm_out(result, a, b);
            }
        } else if (result.dim() == 2) {
            multiply(result, a, b, false);
        } else {
            Batch batch = new Batch(Matrices.of(a), Matrices.of(b), Matrices.of(result));
            Operations.of(batch, batch::compile).run(OneDnn.address(a), OneDnn.address(b), OneDnn.address(result));
        }
    }

    /** The sizes of a batch of matrices, and how far apart their elements are in memory. */
    private record Matrices(List<Long> sizes, List<Long> strides) {
        static Matrices of(Tensor tensor) {
            return new Matrices(
                    LongStream.range(0, tensor.dim()).mapToObj(tensor::size).toList(),
                    LongStream.range(0, tensor.dim()).mapToObj(tensor::stride).toList());
        }

        Layout layout() {
            return Layout.strided(Dtype.F32, numbers(sizes), numbers(strides));
        }

        private static long[] numbers(List<Long> list) {
            return list.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** The product of two batches. Its threads share the matrices, which fit into a cache better than parts of one. */
    private record Batch(Matrices a, Matrices b, Matrices result) {
        Operation compile() {
            try (Layout left = a.layout();
                    Layout right = b.layout();
                    Layout product = result.layout();
                    Plan plan = Plan.product(left, right, Optional.empty(), product)) {
                int[] arguments = {OneDnn.SRC, OneDnn.WEIGHTS, OneDnn.DST};
                return new Operation(plan, arguments, left, right, product);
            }
        }
    }

    private static boolean areF32OnCpu(Tensor... tensors) {
        return Arrays.stream(tensors).allMatch(x -> x.is_cpu() && Dtype.of(x.scalar_type()) == Dtype.F32);
    }

    /** Computes {@code y = a b}, or {@code y += a b}, with matrices whose rows or columns are contiguous. */
    private static void multiply(Tensor y, Tensor a, Tensor b, boolean added) {
        long m = a.size(0);
        long k = a.size(1);
        long n = b.size(1);
        boolean fits = b.size(0) == k && y.size(0) == m && y.size(1) == n && y.stride(1) == 1;
        if (!fits) {
            throw new IllegalArgumentException("%s and %s cannot be multiplied into %s"
                    .formatted(Tensors.describe(a), Tensors.describe(b), Tensors.describe(y)));
        }
        OneDnn.multiply(m, n, k, matrix(a), matrix(b), new Matrix(y.data_ptr().address(), false, distance(y)), added);
    }

    /** Returns whether rows or columns are contiguous. */
    private static boolean isMatrix(Tensor tensor) {
        return tensor.stride(0) == 1 || tensor.stride(1) == 1;
    }

    private static Matrix matrix(Tensor tensor) {
        boolean rows = tensor.stride(1) == 1;
        if (!isMatrix(tensor)) {
            throw new IllegalArgumentException("neither rows nor columns are contiguous: " + Tensors.describe(tensor));
        }
        return new Matrix(tensor.data_ptr().address(), !rows, rows ? distance(tensor) : distance(tensor.t()));
    }

    /** Returns the number of elements from one row to the next; a single row has any number. */
    private static long distance(Tensor rows) {
        return Math.max(rows.stride(0), rows.size(1));
    }
}
