package dev.hypersd.data;

import dev.hypersd.error.HyperSdException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A data set that replaces each broken sample of another one by the next sample that can be read; after the last sample
 * comes the first. The replacement depends on the data alone, so a resumed run sees the same samples.
 */
public final class SkippingDataset<S> implements Dataset<S> {
    private final Dataset<S> source;

    /** The numbers of broken samples that were requested, and of those that took their place. */
    private final Map<Long, Long> replaced = new ConcurrentHashMap<>();

    public SkippingDataset(Dataset<S> source) {
        this.source = source;
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
                S sample = source.get(candidate);
                if (candidate != index) {
                    replaced.put(index, candidate);
                }
                return sample;
            } catch (BrokenSampleException e) {
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

    /** Returns the origin of the sample, or once it is known to be broken, of the one that takes its place. */
    @Override
    public Optional<Origin> origin(long index) {
        return source.origin(replaced.getOrDefault(index, index));
    }
}
