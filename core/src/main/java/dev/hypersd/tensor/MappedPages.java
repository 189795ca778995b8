package dev.hypersd.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** The pages of a mapped file that this process holds. */
public final class MappedPages {
    /** Evicting less is not worth the page faults of the next use. */
    private static final long LEAST_BYTES = 64L << 20;

    /** MADV_DONTNEED, the same number on every system that has the call. */
    private static final int DO_NOT_NEED = 4;

    /** {@code int madvise(void *address, size_t length, int advice)}; Windows has none. */
    private static final Optional<MethodHandle> ADVISE = Linker.nativeLinker()
            .defaultLookup()
            .find("madvise")
            .map(address -> Linker.nativeLinker()
                    .downcallHandle(
                            address,
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_INT)));

    private MappedPages() {}

    /**
     * Takes the pages of a file out of the resident set. The system keeps them in its page cache while it has room, so
     * that they come back without being read again when they are next used. Changes that were made in place are lost. A
     * small file keeps its pages, and so does every file where the system knows no such call.
     *
     * @param file all of a file, as {@link Tensors#map} gives it
     */
    public static void evict(Tensor file) {
        long bytes = file.nbytes();
        if (bytes >= LEAST_BYTES) {
            ADVISE.ifPresent(advise -> advise(advise, file.data_ptr().address(), bytes));
        }
    }

    /** Advice that the system does not take leaves everything as it was. */
    private static void advise(MethodHandle advise, long address, long bytes) {
        try {
            int _ = (int) advise.invokeExact(MemorySegment.ofAddress(address), bytes, DO_NOT_NEED);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise cannot be called", e);
        }
    }
}
