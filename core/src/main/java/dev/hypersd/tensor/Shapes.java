package dev.hypersd.tensor;

import java.util.Arrays;

/** Arithmetic on tensor shapes that refuses to overflow, so that a hostile header cannot wrap around to a small size. */
public final class Shapes {
    private Shapes() {}

    /** The number of elements, 1 for a scalar; {@link ArithmeticException} if that exceeds 2^63 - 1. */
    public static long count(long... shape) {
        long count = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in shape " + Arrays.toString(shape));
            }
            count = Math.multiplyExact(count, dimension);
        }
        return count;
    }

    /** How many elements lie between neighbours along each dimension when the last one is the innermost. */
    public static long[] strides(long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride = Math.multiplyExact(stride, shape[i]);
        }
        return strides;
    }
}
