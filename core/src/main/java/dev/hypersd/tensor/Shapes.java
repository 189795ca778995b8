package dev.hypersd.tensor;

import dev.hypersd.error.InvalidRequestException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * Checks the shapes of tensors before they are passed to the engine, because a check that fails in native code may
 * terminate the JVM.
 */
public final class Shapes {
    /** Any size of at least 1, in {@link #require}. */
    public static final long ANY = -1;

    private Shapes() {}

    /**
     * Checks the shape of an input.
     *
     * @param what the name of the input in the message, for example {@code "latents"}
     * @param shape the required sizes, {@link #ANY} for any size but 0
     * @throws InvalidRequestException if {@code tensor} has another shape
     */
    public static void require(String what, Tensor tensor, long... shape) {
        boolean fits = tensor.dim() == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            long size = tensor.size(i);
            fits = shape[i] == ANY ? size > 0 : size == shape[i];
        }
        if (!fits) {
            String needed = Arrays.stream(shape)
                    .mapToObj(n -> n == ANY ? "*" : Long.toString(n))
                    .collect(Collectors.joining(", "));
            throw new InvalidRequestException(
                    "%s must have shape [%s], not %s".formatted(what, needed, Arrays.toString(Tensors.shape(tensor))));
        }
    }

    /**
     * Returns the number of elements, 1 for a scalar. Overflow is refused, so that a hostile header cannot wrap around
     * to a small size.
     *
     * @throws ArithmeticException if the number exceeds 2^63 - 1
     */
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

    /** Returns the stride of each dimension, in elements, for row-major order. */
    public static long[] strides(long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride = Math.multiplyExact(stride, shape[i]);
        }
        return strides;
    }

    /**
     * Returns the number of elements from the first to the last of a tensor, both included; 0 if it has none. Like
     * {@link #count} it refuses to overflow.
     *
     * @param strides the distance of neighbours in each dimension, in elements, 0 or more
     */
    public static long span(long[] shape, long[] strides) {
        if (count(shape) == 0) {
            return 0;
        }
        long last = 0;
        for (int i = 0; i < shape.length; i++) {
            last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
        }
        return Math.addExact(last, 1);
    }
}
