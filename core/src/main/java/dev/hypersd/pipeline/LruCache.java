package dev.hypersd.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Keeps values that were made lately for when they are asked for again. Not safe for use by several threads at once.
 *
 * @param <K> what a value is made from, for example a {@link FileState}
 * @param <V> the values
 */
final class LruCache<K, V> implements AutoCloseable {
    private final int capacity;
    private final Consumer<V> closing;

    /** In the order of use, the least recently used first. */
    private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param capacity how many values are kept
     * @param closing called with a value that is not kept any longer
     */
    LruCache(int capacity, Consumer<V> closing) {
        this.capacity = capacity;
        this.closing = closing;
    }

    /**
     * Returns the value for {@code key}, which {@code maker} makes if it is not there. Nothing is closed before {@link
     * #trim} is called.
     */
    V get(K key, Function<K, V> maker) {
        return values.computeIfAbsent(key, maker);
    }

    /**
     * Closes the least recently used values until the capacity is kept to.
     *
     * @param inUse how many of the most recently used ones are in use, and stay even if they are more than the capacity
     */
    void trim(int inUse) {
        var leastRecentlyUsed = values.values().iterator();
        while (values.size() > Math.max(capacity, inUse)) {
            closing.accept(leastRecentlyUsed.next());
            leastRecentlyUsed.remove();
        }
    }

    /** Closes the value for {@code key}, if it is there. */
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
