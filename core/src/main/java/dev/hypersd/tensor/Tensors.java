package dev.hypersd.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Makes tensors from Java data and reads them back, and wraps the few operations whose raw signatures are awkward. */
public final class Tensors {
    static {
        NativeSettings.apply();
    }

    private Tensors() {}

    /** Returns whether the engine records gradients of what is computed from {@code tensor}. */
    public static boolean recordsGradients(Tensor tensor) {
        return GradMode.is_enabled() && tensor.requires_grad();
    }

    /** Returns options for the engine's factories: {@code dtype} on the CPU. */
    public static TensorOptions options(Dtype dtype) {
        return new TensorOptions(dtype.scalarType());
    }

    /** Creates a tensor without storage, which has a shape and a type; computing with it yields shapes. */
    public static Tensor meta(Dtype dtype, long... shape) {
        return torch.empty(
                shape, options(dtype).device(new DeviceOptional(new Device("meta"))), new MemoryFormatOptional());
    }

    /** Creates a tensor of uninitialised F32 memory on the CPU. */
    public static Tensor empty(long... shape) {
        return empty(Dtype.F32, shape);
    }

    /** Creates a tensor of uninitialised memory on the CPU. */
    public static Tensor empty(Dtype dtype, long... shape) {
        return torch.empty(shape, options(dtype), new MemoryFormatOptional());
    }

    /** Creates an F32 tensor of {@code shape} with a copy of {@code values} in row-major order. */
    public static Tensor of(float[] values, long... shape) {
        checkCount(values.length, shape);
        Tensor tensor = empty(shape);
        MemorySegment.copy(values, 0, data(tensor), ValueLayout.JAVA_FLOAT, 0, values.length);
        return tensor;
    }

    /** Creates an I64 tensor of {@code shape} with a copy of {@code values} in row-major order. */
    public static Tensor of(long[] values, long... shape) {
        checkCount(values.length, shape);
        Tensor tensor = empty(Dtype.I64, shape);
        MemorySegment.copy(values, 0, data(tensor), ValueLayout.JAVA_LONG, 0, values.length);
        return tensor;
    }

    /**
     * Maps the whole of {@code file} as a U8 tensor {@code [bytes]}, without reading it. Pages are copied when they are
     * first written to, so in-place changes are private to this process; the file needs no write permission and keeps
     * its times. The mapping ends with the last tensor that shares it. Truncating the file in the meantime terminates
     * the process, because its pages no longer exist.
     *
     * @param bytes the length of the file, at least 1
     */
    public static Tensor map(Path file, long bytes) {
        return torch.from_file(
                file.toAbsolutePath().toString(), new BoolOptional(false), new LongOptional(bytes), options(Dtype.U8));
    }

    /**
     * Returns the tensor whose first element lies at {@code position} of the contiguous U8 tensor {@code bytes}. It
     * shares memory and keeps it alive; if the position is not a multiple of the element size, it is a copy.
     *
     * @param shape the shape, of one element at least
     * @param strides the distance of neighbours in each dimension, in elements, 0 or more; the last element must lie
     *     within {@code bytes}
     */
    public static Tensor at(Tensor bytes, long position, Dtype dtype, long[] shape, long[] strides) {
        if (position % dtype.bytes() != 0) {
            long length = Shapes.span(shape, strides) * dtype.bytes();
            return at(bytes.narrow(0, position, length).clone(), 0, dtype, shape, strides);
        }
        return empty(dtype, 0).set_(bytes.storage(), position / dtype.bytes(), shape, strides);
    }

    /** Returns all elements in row-major order, converted to F32 and copied from any device. */
    public static float[] toFloats(Tensor tensor) {
        return TensorScope.released(() -> {
            Tensor flat = onHost(tensor, Dtype.F32);
            float[] values = new float[Math.toIntExact(flat.numel())];
            MemorySegment.copy(data(flat), ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
            return values;
        });
    }

    /** Returns all elements in row-major order, rounded to F32. */
    public static List<Double> toList(Tensor tensor) {
        float[] values = toFloats(tensor);
        return IntStream.range(0, values.length)
                .mapToObj(i -> (double) values[i])
                .toList();
    }

    /** Returns all elements in row-major order, converted to I64. */
    public static long[] toLongs(Tensor tensor) {
        return TensorScope.released(() -> {
            Tensor flat = onHost(tensor, Dtype.I64);
            long[] values = new long[Math.toIntExact(flat.numel())];
            MemorySegment.copy(data(flat), ValueLayout.JAVA_LONG, 0, values, 0, values.length);
            return values;
        });
    }

    /** Returns the shape as a Java array. */
    public static long[] shape(Tensor tensor) {
        long[] shape = new long[(int) tensor.dim()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
        return shape;
    }

    /** Returns type and shape for messages, such as {@code F32 [1, 4, 64, 64]}. */
    public static String describe(Tensor tensor) {
        return Dtype.of(tensor.scalar_type()) + " " + Arrays.toString(shape(tensor));
    }

    /** Concatenates tensors along {@code dimension}. */
    public static Tensor cat(long dimension, Tensor... parts) {
        return torch.cat(new TensorVector(parts), dimension);
    }

    /** Concatenates tensors along {@code dimension}. */
    public static Tensor cat(long dimension, List<Tensor> parts) {
        return cat(dimension, parts.toArray(Tensor[]::new));
    }

    /** Computes {@code a * x + b * y}, element by element. */
    public static Tensor combine(double a, Tensor x, double b, Tensor y) {
        return x.mul(new Scalar(a)).add_(y, new Scalar(b));
    }

    /** Computes {@code x * sigmoid(x)} in place and returns {@code x}. */
    public static Tensor siluInPlace(Tensor x) {
        torch.silu_(x); // Returns another handle on x, which does not keep it alive.
        return x;
    }

    /** Returns the bytes of a contiguous tensor in host memory, for as long as the tensor lives. */
    public static MemorySegment data(Tensor tensor) {
        if (!tensor.is_contiguous() || !tensor.is_cpu()) {
            throw new IllegalArgumentException("only contiguous tensors in host memory can be read as bytes, not "
                    + describe(tensor) + "; call contiguous().cpu() first");
        }
        long bytes = tensor.numel() * Dtype.of(tensor.scalar_type()).bytes();
        return bytes == 0
                ? MemorySegment.NULL
                : MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(bytes);
    }

    private static Tensor onHost(Tensor tensor, Dtype dtype) {
        return tensor.detach().cpu().to(dtype.scalarType()).contiguous();
    }

    private static void checkCount(long count, long... shape) {
        if (count != Shapes.count(shape)) {
            throw new IllegalArgumentException(
                    count + " values do not fill a tensor of shape " + Arrays.toString(shape));
        }
    }
}
