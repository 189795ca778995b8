package dev.hypersd.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Evicts the pages of mapped files from this process. */
public final class MappedPages {
    /** The smallest file that is evicted; for less, the page faults of the next use cost more. */
    private static final long LEAST_BYTES = 64L << 20;

    /** The number of MADV_DONTNEED, the same on every system that has the call. */
    private static final int DO_NOT_NEED = 4;

    /** The function {@code int madvise(void *address, size_t length, int advice)}, which Windows does not have. */
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
     * Evicts the pages of a file from the resident set of the process. The system keeps them in its page cache while it
     * has room, so that they need not be read again when they are next used. Changes that were made in place are lost.
     * A small file is not evicted, and on systems without such a call no file is.
     *
     * @param file the whole file, from {@link Tensors#map}
     */
    public static void evict(Tensor file) {
        long bytes = file.nbytes();
        if (bytes >= LEAST_BYTES) {
            ADVISE.ifPresent(advise -> advise(advise, file.data_ptr().address(), bytes));
        }
    }

    /** Calls the function; if it fails, nothing changes. */
    private static void advise(MethodHandle advise, long address, long bytes) {
        try {
            int _ = (int) advise.invokeExact(MemorySegment.ofAddress(address), bytes, DO_NOT_NEED);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise cannot be called", e);
        }
    }
}
