package dev.hypersd.metric;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Converts vectors to tensors in double precision and back. */
final class Matrix {
    private Matrix() {}

    /** Returns the vectors as rows {@code [N, D]}, in the caller's scope. */
    static Tensor of(List<double[]> vectors) {
        int width = vectors.getFirst().length;
        Tensor rows = Tensors.empty(Dtype.F64, vectors.size(), width);
        MemorySegment data = Tensors.data(rows);
        for (int i = 0; i < vectors.size(); i++) {
            double[] vector = vectors.get(i);
            if (vector.length != width) {
                throw new IllegalArgumentException(
                        "features of %d dimensions do not belong to those of %d".formatted(vector.length, width));
            }
            MemorySegment.copy(vector, 0, data, ValueLayout.JAVA_DOUBLE, (long) i * width * Double.BYTES, width);
        }
        return rows;
    }

    /** Returns a square matrix, in the caller's scope. */
    static Tensor square(double[] values, int side) {
        Tensor tensor = Tensors.empty(Dtype.F64, side, side);
        MemorySegment.copy(values, 0, Tensors.data(tensor), ValueLayout.JAVA_DOUBLE, 0, values.length);
        return tensor;
    }

    /** Returns the values of a tensor in double precision, row by row. */
    static double[] values(Tensor tensor) {
        return Tensors.data(tensor.contiguous()).toArray(ValueLayout.JAVA_DOUBLE);
    }
}
