package dev.hypersd.serve;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;

/**
 * What this process holds, after a garbage collection.
 *
 * @param resident resident memory of the whole process in bytes
 * @param heap the Java heap in use, in bytes
 * @param natives how many native objects are referred to
 * @param threads how many platform threads there are
 * @param files how many files and sockets are open; 0 where the system does not tell
 */
record Resources(long resident, long heap, long natives, int threads, int files) {
    private static final long HEAP_TOLERANCE = 24L << 20;
    private static final int TOLERANCE = 8;

    static Resources now() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return new Resources(
                residentBytes(),
                runtime.totalMemory() - runtime.freeMemory(),
                Pointer.totalCount(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                Objects.requireNonNullElse(new File("/proc/self/fd").list(), new String[0]).length);
    }

    /** The resident memory of the whole process in bytes; 0 where the system does not tell. */
    static long residentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * Returns whether the process held about as much at {@code before}. Pools and caches may have grown a little; the
     * resident memory, which the system takes back late, does not count.
     */
    boolean isLike(Resources before) {
        return heap <= before.heap + HEAP_TOLERANCE
                && natives <= before.natives + before.natives / 10 + TOLERANCE
                && threads <= before.threads + TOLERANCE
                && files <= before.files + TOLERANCE;
    }
}
