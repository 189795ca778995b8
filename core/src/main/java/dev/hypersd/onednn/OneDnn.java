package dev.hypersd.onednn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;

/**
 * The functions of oneDNN's C interface (version 3) that are used here. Each returns a status, and a status other than
 * success becomes an exception.
 *
 * <p>The library shares the engine's threads: both are linked with one OpenMP runtime, whose number of threads {@link
 * Engine#useThreads} sets.
 */
public final class OneDnn {
    /** Arguments of an execution, as the library numbers them. */
    public static final int SRC = 1;

    public static final int DST = 17;
    public static final int WEIGHTS = 33;
    public static final int BIAS = 41;
    public static final int SCALES = 4096;

    private static final int ANY = 1;
    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int FORWARD_INFERENCE = 96;
    private static final int CONVOLUTION_DIRECT = 1;
    private static final int SOFTMAX_ACCURATE = 0x30000;
    private static final int WEIGHTS_DESCRIPTOR = 131;
    private static final int IMPLEMENTATION = 8;

    /** What the names of implementations begin with that are correct but take a hundred times as long. */
    private static final String REFERENCE = "ref";

    /** The name of the library's file on this platform. */
    private static final String FILE = Loader.getPlatform().startsWith("windows")
            ? "dnnl.dll"
            : Loader.getPlatform().startsWith("macosx") ? "libdnnl.3.dylib" : "libdnnl.so.3";

    private static final Optional<SymbolLookup> LIBRARY = load();

    private OneDnn() {}

    private static Optional<SymbolLookup> load() {
        return Engine.library("org/bytedeco/dnnl/" + Loader.getPlatform() + "/" + FILE)
                .map(file -> library(file));
    }

    private static SymbolLookup library(Path file) {
        return SymbolLookup.libraryLookup(file, Arena.global());
    }

    /** Returns whether the library is there. */
    public static boolean isAvailable() {
        return LIBRARY.isPresent();
    }

    /** Returns the library's number of an element type. */
    public static int number(Dtype type) {
        return switch (type) {
            case F16 -> 1;
            case BF16 -> 2;
            case F32 -> 3;
            case I32 -> 4;
            case I8 -> 5;
            case U8 -> 6;
            default -> throw new IllegalArgumentException("oneDNN does not compute in " + type);
        };
    }

    /** Returns the address of the first element. */
    public static long address(Tensor tensor) {
        return tensor.data_ptr().address();
    }

    /** The functions, the engine of the processor, and the stream on which all work is done in order. */
    private static final class Functions {
        static final MethodHandle DESCRIBE = function(
                "dnnl_memory_desc_create_with_strides",
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        static final MethodHandle DESCRIBE_ANY = function(
                "dnnl_memory_desc_create_with_tag",
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT);
        static final MethodHandle CLONE_DESCRIPTOR =
                function("dnnl_memory_desc_clone", ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        static final MethodHandle DESTROY_DESCRIPTOR = function("dnnl_memory_desc_destroy", ValueLayout.ADDRESS);
        static final MethodHandle EQUAL = function("dnnl_memory_desc_equal", addresses(2));
        static final MethodHandle SIZE = Linker.nativeLinker()
                .downcallHandle(
                        address("dnnl_memory_desc_get_size"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        static final MethodHandle MATMUL = function("dnnl_matmul_primitive_desc_create", addresses(7));
        static final MethodHandle CONVOLUTION = function(
                "dnnl_convolution_forward_primitive_desc_create",
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS);
        static final MethodHandle SOFTMAX = function(
                "dnnl_softmax_forward_primitive_desc_create",
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        static final MethodHandle SGEMM = function(
                "dnnl_sgemm",
                ValueLayout.JAVA_BYTE,
                ValueLayout.JAVA_BYTE,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_FLOAT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_FLOAT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG);
        static final MethodHandle REORDER = function("dnnl_reorder_primitive_desc_create", addresses(6));
        static final MethodHandle QUERY_DESCRIPTOR = Linker.nativeLinker()
                .downcallHandle(
                        address("dnnl_primitive_desc_query_md"),
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        static final MethodHandle QUERY = function(
                "dnnl_primitive_desc_query",
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        static final MethodHandle DESTROY_OPERATION = function("dnnl_primitive_desc_destroy", ValueLayout.ADDRESS);
        static final MethodHandle PRIMITIVE = function("dnnl_primitive_create", addresses(2));
        static final MethodHandle DESTROY_PRIMITIVE = function("dnnl_primitive_destroy", ValueLayout.ADDRESS);
        static final MethodHandle EXECUTE = function(
                "dnnl_primitive_execute",
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS);
        static final MethodHandle ATTRIBUTES = function("dnnl_primitive_attr_create", ValueLayout.ADDRESS);
        static final MethodHandle DESTROY_ATTRIBUTES = function("dnnl_primitive_attr_destroy", ValueLayout.ADDRESS);
        static final MethodHandle SCALE_MASK = function(
                "dnnl_primitive_attr_set_scales_mask", ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        static final MethodHandle MEMORY = function("dnnl_memory_create", addresses(4));
        static final MethodHandle SET_MEMORY = function("dnnl_memory_set_data_handle", addresses(2));
        static final MethodHandle DESTROY_MEMORY = function("dnnl_memory_destroy", ValueLayout.ADDRESS);

        static final MemorySegment ENGINE = made(
                function("dnnl_engine_create", ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                CPU,
                0L);
        static final MemorySegment STREAM = made(
                function("dnnl_stream_create", ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                ENGINE,
                IN_ORDER);

        private Functions() {}

        private static MemorySegment address(String name) {
            return LIBRARY.flatMap(library -> library.find(name))
                    .orElseThrow(() -> new IllegalStateException("oneDNN has no function " + name));
        }

        private static MethodHandle function(String name, MemoryLayout... arguments) {
            return Linker.nativeLinker()
                    .downcallHandle(address(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
        }

        private static MemoryLayout[] addresses(int count) {
            MemoryLayout[] layouts = new MemoryLayout[count];
            Arrays.fill(layouts, ValueLayout.ADDRESS);
            return layouts;
        }
    }

    /** Calls a function that is not called often. */
    private static void call(MethodHandle function, Object... arguments) {
        int status;
        try {
            status = (int) function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("oneDNN cannot be called", e);
        }
        check(status);
    }

    private static void check(int status) {
        if (status != 0) {
            throw new OperationRefused("oneDNN refuses an operation with status " + status);
        }
    }

    /** Thrown where the library has no fast implementation of an operation, or not enough memory for it. */
    public static final class OperationRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OperationRefused(String message) {
            super(message);
        }
    }

    /** Calls a function that makes an object and stores its address at the first argument. */
    private static MemorySegment made(MethodHandle function, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            Object[] all = new Object[arguments.length + 1];
            all[0] = result;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            call(function, all);
            return result.get(ValueLayout.ADDRESS, 0);
        }
    }

    /**
     * An F32 matrix in memory.
     *
     * @param address the address of the first element
     * @param transposed whether columns are contiguous and not rows
     * @param distance the number of elements from one row to the next, or from one column to the next
     */
    public record Matrix(long address, boolean transposed, long distance) {
        private byte form() {
            return (byte) (transposed ? 'T' : 'N');
        }
    }

    /**
     * Computes {@code c = a b}, or {@code c += a b}, in F32. Nothing is compiled for it.
     *
     * @param a {@code [m, k]}
     * @param b {@code [k, n]}
     * @param c {@code [m, n]}, whose rows are contiguous
     */
    public static void multiply(long m, long n, long k, Matrix a, Matrix b, Matrix c, boolean added) {
        int status;
        try {
            status = (int) Functions.SGEMM.invokeExact(
                    a.form(),
                    b.form(),
                    m,
                    n,
                    k,
                    1f,
                    a.address,
                    a.distance,
                    b.address,
                    b.distance,
                    added ? 1f : 0f,
                    c.address,
                    c.distance);
        } catch (Throwable e) {
            throw new IllegalStateException("oneDNN cannot be called", e);
        }
        check(status);
    }

    /**
     * The description of a block of memory: sizes, element type and layout.
     *
     * @param handle the library's object
     */
    public record Layout(MemorySegment handle) implements AutoCloseable {
        /** Describes memory in which the elements of each dimension lie {@code strides} apart. */
        public static Layout strided(Dtype type, long[] sizes, long[] strides) {
            try (Arena arena = Arena.ofConfined()) {
                return new Layout(made(
                        Functions.DESCRIBE,
                        sizes.length,
                        arena.allocateFrom(ValueLayout.JAVA_LONG, sizes),
                        number(type),
                        arena.allocateFrom(ValueLayout.JAVA_LONG, strides)));
            }
        }

        /** Describes memory in row-major order. */
        public static Layout rowMajor(Dtype type, long... sizes) {
            long[] strides = new long[sizes.length];
            long next = 1;
            for (int i = sizes.length - 1; i >= 0; i--) {
                strides[i] = next;
                next *= sizes[i];
            }
            return strided(type, sizes, strides);
        }

        /** Describes feature maps {@code [B, C, H, W]} with channels innermost. */
        public static Layout channelsLast(Dtype type, long[] sizes) {
            long channels = sizes[1];
            long row = sizes[3] * channels;
            return strided(type, sizes, new long[] {sizes[2] * row, 1, row, channels});
        }

        /** Describes memory whose layout the operation chooses. */
        public static Layout any(Dtype type, long... sizes) {
            try (Arena arena = Arena.ofConfined()) {
                return new Layout(made(
                        Functions.DESCRIBE_ANY,
                        sizes.length,
                        arena.allocateFrom(ValueLayout.JAVA_LONG, sizes),
                        number(type),
                        ANY));
            }
        }

        /** Returns the number of bytes, those that fill up blocks included. */
        public long bytes() {
            try {
                return (long) Functions.SIZE.invokeExact(handle);
            } catch (Throwable e) {
                throw new IllegalStateException("oneDNN cannot be called", e);
            }
        }

        /** Returns whether both describe the same memory. */
        public boolean isSame(Layout other) {
            try {
                return (int) Functions.EQUAL.invokeExact(handle, other.handle) == 1;
            } catch (Throwable e) {
                throw new IllegalStateException("oneDNN cannot be called", e);
            }
        }

        private Layout copy() {
            return new Layout(made(Functions.CLONE_DESCRIPTOR, handle));
        }

        @Override
        public void close() {
            call(Functions.DESTROY_DESCRIPTOR, handle);
        }
    }

    /** An operation whose implementation has been chosen but not yet compiled. */
    public record Plan(MemorySegment handle) implements AutoCloseable {
        /**
         * Plans {@code src [M, K] x weights [K, N] + bias [1, N]}.
         *
         * @param bias empty for none
         * @param scaled the arguments that have scales: a mask of the dimensions along which they differ for each
         */
        public static Plan product(Layout src, Layout weights, Optional<Layout> bias, Layout dst, Scales... scaled) {
            MemorySegment attributes = attributes(scaled);
            try {
                return fast(made(
                        Functions.MATMUL,
                        Functions.ENGINE,
                        src.handle,
                        weights.handle,
                        handle(bias),
                        dst.handle,
                        attributes));
            } finally {
                call(Functions.DESTROY_ATTRIBUTES, attributes);
            }
        }

        /** Plans a convolution of feature maps {@code [B, C, H, W]} with square filters. */
        public static Plan convolution(
                Layout src,
                Layout weights,
                Optional<Layout> bias,
                Layout dst,
                long stride,
                long padding,
                Scales... scaled) {
            MemorySegment attributes = attributes(scaled);
            try (Arena arena = Arena.ofConfined()) {
                return fast(made(
                        Functions.CONVOLUTION,
                        Functions.ENGINE,
                        FORWARD_INFERENCE,
                        CONVOLUTION_DIRECT,
                        src.handle,
                        weights.handle,
                        handle(bias),
                        dst.handle,
                        arena.allocateFrom(ValueLayout.JAVA_LONG, stride, stride),
                        arena.allocateFrom(ValueLayout.JAVA_LONG, 0, 0),
                        arena.allocateFrom(ValueLayout.JAVA_LONG, padding, padding),
                        arena.allocateFrom(ValueLayout.JAVA_LONG, padding, padding),
                        attributes));
            } finally {
                call(Functions.DESTROY_ATTRIBUTES, attributes);
            }
        }

        /** Plans the softmax of each row of a matrix. */
        public static Plan softmax(Layout src, Layout dst) {
            MemorySegment attributes = attributes();
            try {
                return fast(made(
                        Functions.SOFTMAX,
                        Functions.ENGINE,
                        FORWARD_INFERENCE,
                        SOFTMAX_ACCURATE,
                        src.handle,
                        dst.handle,
                        1,
                        attributes));
            } finally {
                call(Functions.DESTROY_ATTRIBUTES, attributes);
            }
        }

        /** Plans the copy of memory into another layout or type. */
        public static Plan copy(Layout from, Layout to, Scales... scaled) {
            MemorySegment attributes = attributes(scaled);
            try {
                return new Plan(made(
                        Functions.REORDER, from.handle, Functions.ENGINE, to.handle, Functions.ENGINE, attributes));
            } finally {
                call(Functions.DESTROY_ATTRIBUTES, attributes);
            }
        }

        /** Returns the plan of the operation, which must not be that of the library's reference implementation. */
        private static Plan fast(MemorySegment handle) {
            Plan plan = new Plan(handle);
            String name = plan.implementation();
            if (name.startsWith(REFERENCE)) {
                plan.close();
                throw new OperationRefused("oneDNN has only " + name + " for an operation");
            }
            return plan;
        }

        /** Returns the name of the implementation, such as {@code brgconv:avx512_core_bf16}. */
        private String implementation() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment name = arena.allocate(ValueLayout.ADDRESS);
                call(Functions.QUERY, handle, IMPLEMENTATION, 0, name);
                return name.get(ValueLayout.ADDRESS, 0)
                        .reinterpret(Long.MAX_VALUE)
                        .getString(0);
            }
        }

        private static MemorySegment handle(Optional<Layout> layout) {
            return layout.map(Layout::handle).orElse(MemorySegment.NULL);
        }

        private static MemorySegment attributes(Scales... scaled) {
            MemorySegment attributes = made(Functions.ATTRIBUTES);
            for (Scales scales : scaled) {
                call(Functions.SCALE_MASK, attributes, scales.argument, scales.mask);
            }
            return attributes;
        }

        /** Returns the layout in which the operation takes its weights; the caller closes it. */
        public Layout weights() {
            try {
                var found = (MemorySegment) Functions.QUERY_DESCRIPTOR.invokeExact(handle, WEIGHTS_DESCRIPTOR, 0);
                return new Layout(found).copy();
            } catch (Throwable e) {
                throw new IllegalStateException("oneDNN cannot be called", e);
            }
        }

        @Override
        public void close() {
            call(Functions.DESTROY_OPERATION, handle);
        }
    }

    /**
     * Scales of an argument.
     *
     * @param argument the argument
     * @param mask the dimensions along which they differ, as bits; 0 for one scale
     */
    public record Scales(int argument, int mask) {}

    /** A compiled operation. The memory that it works on is passed at each call. */
    public static final class Operation implements AutoCloseable {
        /** The bytes of a {@code dnnl_exec_arg_t}: a number, filled up, and an address. */
        private static final long ARGUMENT_BYTES = 16;

        private final Arena arena = Arena.ofShared();
        private final MemorySegment primitive;
        private final MemorySegment[] memories;
        private final MemorySegment arguments;

        /**
         * Compiles {@code plan}.
         *
         * @param numbers the numbers of the arguments
         * @param layouts their layouts, in the same order
         */
        public Operation(Plan plan, int[] numbers, Layout... layouts) {
            this.primitive = made(Functions.PRIMITIVE, plan.handle);
            this.memories = new MemorySegment[numbers.length];
            this.arguments = arena.allocate(numbers.length * ARGUMENT_BYTES, ValueLayout.ADDRESS.byteAlignment());
            for (int i = 0; i < numbers.length; i++) {
                memories[i] = made(Functions.MEMORY, layouts[i].handle, Functions.ENGINE, MemorySegment.NULL);
                arguments.set(ValueLayout.JAVA_INT, i * ARGUMENT_BYTES, numbers[i]);
                arguments.set(ValueLayout.ADDRESS, i * ARGUMENT_BYTES + ValueLayout.ADDRESS.byteSize(), memories[i]);
            }
        }

        /** Runs the operation on the memory at {@code addresses}, in the order of the arguments. */
        public synchronized void run(long... addresses) {
            if (addresses.length != memories.length) {
                throw new IllegalArgumentException(
                        addresses.length + " addresses for " + memories.length + " arguments");
            }
            try {
                for (int i = 0; i < addresses.length; i++) {
                    check((int) Functions.SET_MEMORY.invokeExact(memories[i], MemorySegment.ofAddress(addresses[i])));
                }
                check((int) Functions.EXECUTE.invokeExact(primitive, Functions.STREAM, addresses.length, arguments));
            } catch (OperationRefused e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("oneDNN cannot be called", e);
            }
        }

        @Override
        public synchronized void close() {
            for (MemorySegment memory : memories) {
                call(Functions.DESTROY_MEMORY, memory);
            }
            call(Functions.DESTROY_PRIMITIVE, primitive);
            arena.close();
        }
    }
}
