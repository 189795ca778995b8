package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.model.MemoryEstimate;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.OpenedModel;
import java.util.Locale;
import java.util.OptionalLong;
import org.apache.spark.SparkConf;

/**
 * The memory that an executor has beside Java's heap, where a model and all tensors lie. Spark calls it overhead:
 * YARN and Kubernetes end an executor that takes more.
 *
 * @param overhead the bytes; empty where nobody limits them, as in local mode and, unless it is set, in standalone mode
 */
record ExecutorMemory(OptionalLong overhead) {
    private static final String OVERHEAD = "spark.executor.memoryOverhead";
    private static final String FACTOR = "spark.executor.memoryOverheadFactor";
    private static final long LEAST = 384L << 20;

    /** The memory of libraries and threads without any model. */
    private static final long ENGINE = 300L << 20;

    /** Reads the settings as Spark does: the overhead, or a tenth of the heap and at least 384 MiB. */
    static ExecutorMemory of(SparkConf conf) {
        String master = conf.get("spark.master", "local");
        if (master.startsWith("local") && !master.startsWith("local-cluster")) {
            return new ExecutorMemory(OptionalLong.empty());
        }
        if (conf.contains(OVERHEAD)) {
            return new ExecutorMemory(OptionalLong.of(conf.getSizeAsMb(OVERHEAD, "0") << 20));
        }
        if (master.startsWith("spark:") || master.startsWith("local-cluster")) {
            return new ExecutorMemory(OptionalLong.empty());
        }
        long heap = conf.getSizeAsMb("spark.executor.memory", "1g") << 20;
        return new ExecutorMemory(OptionalLong.of(Math.max(LEAST, (long) (heap * conf.getDouble(FACTOR, 0.1)))));
    }

    /**
     * Refuses a model that does not fit, before any of its weights is read.
     *
     * @throws HyperSdException if it does not; the message names the setting and its smallest value
     */
    void require(ModelSource source, int batch) {
        if (overhead.isEmpty()) {
            return;
        }
        OpenedModel opened = source.open();
        MemoryEstimate estimate = MemoryEstimate.of(opened);
        long pixels = (long) estimate.nativeSize() * estimate.nativeSize();
        long needed = ENGINE + estimate.weights() + estimate.drawing(batch, pixels, batch * pixels);
        if (needed > overhead.getAsLong()) {
            throw new HyperSdException(
                    ("%s takes about %s of memory beside Java's heap for batches of %d, and %s of the"
                                    + " executor is %s: submit with --conf %s=%dm")
                            .formatted(
                                    source.location(),
                                    gib(needed),
                                    batch,
                                    OVERHEAD,
                                    gib(overhead.getAsLong()),
                                    OVERHEAD,
                                    Math.ceilDiv(needed, 1L << 20)));
        }
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", (double) bytes / (1 << 30));
    }
}
