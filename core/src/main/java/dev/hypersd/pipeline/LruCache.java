package dev.hypersd.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A cache of the most recently used values. Not safe for use by several threads at once.
 *
 * @param <K> the key of a value, for example a {@link FileState}
 * @param <V> the values
 */
final class LruCache<K, V> implements AutoCloseable {
    private final int capacity;
    private final Consumer<V> closing;

    /** The values, the least recently used first. */
    private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Creates a cache.
     *
     * @param capacity the number of values that are kept
     * @param closing receives each value that is no longer kept
     */
    LruCache(int capacity, Consumer<V> closing) {
        this.capacity = capacity;
        this.closing = closing;
    }

    /**
     * Returns the value for {@code key}, made by {@code maker} if it is not in the cache. No value is closed before
     * {@link #trim} is called.
     */
    V get(K key, Function<K, V> maker) {
        return values.computeIfAbsent(key, maker);
    }

    /**
     * Closes the least recently used values beyond the capacity.
     *
     * @param inUse the number of most recently used values that are in use and are kept even if there are more than the
     *     capacity
     */
    void trim(int inUse) {
        var leastRecentlyUsed = values.values().iterator();
        while (values.size() > Math.max(capacity, inUse)) {
            closing.accept(leastRecentlyUsed.next());
            leastRecentlyUsed.remove();
        }
    }

    /** Closes the value for {@code key}, if there is one. */
    void remove(K key) {
        Optional.ofNullable(values.remove(key)).ifPresent(closing);
    }

    /** Closes all values. The cache can be used again. */
    @Override
    public void close() {
        values.values().forEach(closing);
        values.clear();
    }
}
