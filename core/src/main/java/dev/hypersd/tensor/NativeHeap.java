package dev.hypersd.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The heap of the C library, in which the engine makes its tensors. */
public final class NativeHeap {
    /** The function {@code int malloc_trim(size_t pad)} of the GNU C library, which other systems do not have. */
    private static final Optional<MethodHandle> TRIM = Linker.nativeLinker()
            .defaultLookup()
            .find("malloc_trim")
            .map(address -> Linker.nativeLinker()
                    .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

    private NativeHeap() {}

    /**
     * Gives freed memory back to the system. The C library keeps what was freed between memory that is still in use,
     * for later; after work that took much more than usual that is a lot. It takes some milliseconds. On systems
     * without the GNU C library nothing happens.
     */
    public static void trim() {
        TRIM.ifPresent(NativeHeap::trim);
    }

    private static void trim(MethodHandle function) {
        try {
            int _ = (int) function.invokeExact(0L);
        } catch (Throwable e) {
            throw new IllegalStateException("malloc_trim cannot be called", e);
        }
    }
}
