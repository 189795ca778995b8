package dev.hypersd.kernel;

import dev.hypersd.onednn.OneDnn;
import dev.hypersd.onednn.OneDnn.Layout;
import dev.hypersd.onednn.OneDnn.Operation;
import dev.hypersd.onednn.OneDnn.Plan;
import dev.hypersd.onednn.OneDnn.Scales;
import dev.hypersd.onednn.Operations;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Symmetric quantisation to 8 bits: {@code x = scale * q} with an integer {@code q} of -127 to 127, the nearest one.
 * The scale is the largest magnitude, divided by 127.
 */
final class Quantisation {
    private static final double LARGEST = 127;

    /** The smallest scale, for tensors of zeros. */
    private static final double LEAST_SCALE = 1e-12;

    private Quantisation() {}

    /** Returns the F32 scales {@code [n]} of the rows of {@code x [n, m]}. */
    static Tensor scales(Tensor x) {
        return x.abs()
                .amax(new long[] {1}, false)
                .to(Dtype.F32.scalarType())
                .div_(new Scalar(LARGEST))
                .clamp_min_(new Scalar(LEAST_SCALE));
    }

    /**
     * Quantises {@code x}.
     *
     * @param x contiguous {@code [n, m]}
     * @param scales F32 {@code [n]} for each row, or {@code [1]} for all of them
     * @return I8 {@code [n, m]}
     */
    static Tensor quantised(Tensor x, Tensor scales) {
        boolean single = scales.numel() == 1;
        long rows = single ? 1 : x.size(0);
        Tensor result = Tensors.empty(Dtype.I8, x.size(0), x.size(1));
        Key key = new Key(Dtype.of(x.scalar_type()), rows, x.numel() / rows);
        Operations.of(key, key::compile).run(OneDnn.address(x), OneDnn.address(result), OneDnn.address(scales));
        return result;
    }

    /** The quantisation of {@code [rows, columns]}, with a scale for each row. */
    private record Key(Dtype type, long rows, long columns) {
        Operation compile() {
            try (Layout from = Layout.rowMajor(type, rows, columns);
                    Layout to = Layout.rowMajor(Dtype.I8, rows, columns);
                    Layout scales = Layout.rowMajor(Dtype.F32, rows);
                    Plan plan = Plan.copy(from, to, new Scales(OneDnn.DST, rows == 1 ? 0 : 1))) {
                return new Operation(
                        plan, new int[] {OneDnn.SRC, OneDnn.DST, OneDnn.SCALES | OneDnn.DST}, from, to, scales);
            }
        }
    }
}
