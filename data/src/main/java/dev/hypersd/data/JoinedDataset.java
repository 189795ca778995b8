package dev.hypersd.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Several data sets one after another. */
public final class JoinedDataset<S> implements Dataset<S> {
    private final List<Dataset<S>> parts;

    /** The number of the first sample of each part, and at the end the number of all. */
    private final long[] firsts;

    /**
     * Joins data sets.
     *
     * @param parts at least one
     */
    public JoinedDataset(List<? extends Dataset<S>> parts) {
        this.parts = List.copyOf(parts);
        this.firsts = new long[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            firsts[i + 1] = firsts[i] + parts.get(i).size();
        }
    }

    @Override
    public long size() {
        return firsts[parts.size()];
    }

    @Override
    public S get(long index) {
        int part = part(index);
        return parts.get(part).get(index - firsts[part]);
    }

    @Override
    public S get(long index, long epoch) {
        int part = part(index);
        return parts.get(part).get(index - firsts[part], epoch);
    }

    @Override
    public int group(long index) {
        int part = part(index);
        return parts.get(part).group(index - firsts[part]);
    }

    @Override
    public Optional<Origin> origin(long index) {
        int part = part(index);
        return parts.get(part).origin(index - firsts[part]);
    }

    private int part(long index) {
        int place = Arrays.binarySearch(firsts, Objects.checkIndex(index, size()));
        return place >= 0 ? place : -place - 2;
    }
}
