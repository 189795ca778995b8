package dev.hypersd.lora;

import dev.hypersd.nn.Adapters;
import dev.hypersd.tensor.Engine;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cache of merged adapters, so that requests that alternate between a few LoRAs need not merge them anew.
 *
 * <p>Each entry holds a copy of every weight that it changes, which for the usual LoRA is nearly the whole network; so
 * the capacity is small. A request takes a {@linkplain #lease lease}: an entry that leaves the cache is freed when the
 * last request that uses it ends. Safe to use from several threads.
 */
public final class AdapterCache implements AutoCloseable {
    private final int capacity;

    /** The entries, the least recently used first. */
    private final Map<List<WeightedLora>, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Creates a cache.
     *
     * @param capacity the number of sets of merged weights to keep; with 0 nothing is merged, and LoRAs are computed
     *     separately at each use
     */
    public AdapterCache(int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("a cache cannot hold " + capacity + " entries");
        }
        this.capacity = capacity;
    }

    /**
     * Returns the adapters for {@code loras}, merged now or earlier; {@link Adapters#NONE} where all their weights
     * are 0.
     *
     * @throws dev.hypersd.error.InvalidFileException if a factor of a LoRA holds NaN or infinity; where nothing is
     *     merged, when it is used
     */
    public Lease lease(List<WeightedLora> loras) {
        List<WeightedLora> effective =
                loras.stream().filter(lora -> lora.weight() != 0).toList();
        if (effective.isEmpty()) {
            return new Lease(Adapters.NONE, Optional.empty());
        }
        if (capacity == 0) {
            return new Lease(new UnmergedAdapters(effective), Optional.empty());
        }
        // On the engine's only thread nobody else can be merging the same, and no lock is held during it.
        return Engine.call(() -> known(effective).orElseGet(() -> {
            // First, so that what goes and what comes need not be in memory together.
            evictDownTo(capacity - 1);
            return insert(effective, MergedAdapters.merge(effective));
        }));
    }

    private synchronized Optional<Lease> known(List<WeightedLora> loras) {
        return Optional.ofNullable(entries.get(loras)).map(Entry::lend);
    }

    private synchronized Lease insert(List<WeightedLora> loras, MergedAdapters merged) {
        Entry entry = new Entry(merged);
        entries.put(loras, entry);
        return entry.lend();
    }

    private synchronized void evictDownTo(int size) {
        Iterator<Entry> oldestFirst = entries.values().iterator();
        while (entries.size() > size) {
            Entry oldest = oldestFirst.next();
            oldestFirst.remove();
            oldest.release();
        }
    }

    /** Returns the number of sets of merged weights that are kept at present. */
    public synchronized int size() {
        return entries.size();
    }

    /** Empties the cache. Adapters on lease stay valid until they are returned, and the cache can be used again. */
    @Override
    public void close() {
        evictDownTo(0);
    }

    /** Merged weights, and the number of their users: the cache itself, and one for each lease. */
    private static final class Entry {
        private final MergedAdapters merged;
        private int holders = 1;

        Entry(MergedAdapters merged) {
            this.merged = merged;
        }

        synchronized Lease lend() {
            holders++;
            return new Lease(merged, Optional.of(this));
        }

        synchronized void release() {
            holders--;
            if (holders == 0) {
                merged.close();
            }
        }
    }

    /** Adapters for the duration of a request. */
    public static final class Lease implements AutoCloseable {
        private final Adapters adapters;
        private Optional<Entry> entry;

        private Lease(Adapters adapters, Optional<Entry> entry) {
            this.adapters = adapters;
            this.entry = entry;
        }

        /** Returns the adapters, valid until this lease is closed. */
        public Adapters adapters() {
            return adapters;
        }

        /** Returns the adapters to the cache; closing again has no effect. */
        @Override
        public synchronized void close() {
            entry.ifPresent(Entry::release);
            entry = Optional.empty();
        }
    }
}
