package dev.hypersd.data;

import dev.hypersd.error.HyperSdException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A data set that replaces each broken sample of another one by the next sample that can be read; after the last sample
 * comes the first. The replacement depends on the data alone, so a resumed run sees the same samples.
 */
public final class SkippingDataset<S> implements Dataset<S> {
    private final Dataset<S> source;
    private final Listener listener;
    private final Set<Long> broken = ConcurrentHashMap.newKeySet();

    /** Receives a report of each broken sample once, on the thread that tried to read it. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Reports a broken sample.
         *
         * @param reason a sentence that names the sample and says what is wrong with it
         * @param soFar the number of broken samples found so far, including this one
         */
        void broken(String reason, long soFar);
    }

    public SkippingDataset(Dataset<S> source, Listener listener) {
        this.source = source;
        this.listener = listener;
    }

    /** Returns the size of the other data set, which counts broken samples too. */
    @Override
    public long size() {
        return source.size();
    }

    /**
     * Returns the sample, or the next one that can be read.
     *
     * @throws HyperSdException if all samples are broken
     */
    @Override
    public S get(long index) {
        long candidate = index;
        while (true) {
            try {
                return source.get(candidate);
            } catch (BrokenSampleException e) {
                report(candidate, e);
                candidate = (candidate + 1) % source.size();
                if (candidate == index) {
                    throw new HyperSdException(
                            "none of the %d samples can be used; the last one tried: %s"
                                    .formatted(source.size(), e.getMessage()),
                            e);
                }
            }
        }
    }

    private void report(long index, BrokenSampleException reason) {
        if (broken.add(index)) {
            listener.broken(String.valueOf(reason.getMessage()), broken.size());
        }
    }
}
