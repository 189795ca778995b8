package dev.hypersd.data;

import dev.hypersd.error.HyperSdException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A data set whose broken samples are replaced by the next one that can be read, the first after the last. Which one
 * that is depends on the data alone, so a resumed run sees the samples it would have seen.
 */
public final class SkippingDataset<S> implements Dataset<S> {
    private final Dataset<S> source;
    private final Listener listener;
    private final Set<Long> broken = ConcurrentHashMap.newKeySet();

    /** Told of every broken sample once, by the thread that came upon it. */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param reason names the sample and says what is wrong with it
         * @param soFar broken samples that were found, this one included
         */
        void broken(String reason, long soFar);
    }

    public SkippingDataset(Dataset<S> source, Listener listener) {
        this.source = source;
        this.listener = listener;
    }

    /** As many as there were, the broken ones included. */
    @Override
    public long size() {
        return source.size();
    }

    /** @throws HyperSdException if all samples are broken */
    @Override
    public S get(long index) {
        long candidate = index;
        while (true) {
            try {
                return source.get(candidate);
            } catch (BrokenSampleException e) {
                tell(candidate, e);
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

    private void tell(long index, BrokenSampleException reason) {
        if (broken.add(index)) {
            listener.broken(String.valueOf(reason.getMessage()), broken.size());
        }
    }
}
