package dev.hypersd.weights;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The weights in one mapped file. A subclass reads the file's format.
 *
 * @param <E> the description of a tensor in that format, which says where its elements are
 */
public abstract class MappedWeights<E> implements WeightSource {
    private final MappedFile file;
    private final Map<String, E> entries;

    /**
     * Creates the weights.
     *
     * @param entries the descriptions by the names of the tensors, in the order of the file
     */
    protected MappedWeights(MappedFile file, Map<String, E> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** Returns the tensor that {@code entry} describes. Nothing is read yet. */
    protected abstract StoredTensor tensor(String name, E entry);

    /** Returns the mapping. */
    protected MappedFile mapped() {
        return file;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(entries.get(name)).map(entry -> tensor(name, entry));
    }

    @Override
    public Path file() {
        return file.path();
    }

    @Override
    public void evictPages() {
        file.evictPages();
    }

    @Override
    public void close() {
        file.close();
    }
}
