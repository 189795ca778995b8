package dev.hypersd.weights;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** A set of named tensors in storage: a safetensors file, several of them, or a view of one under other names. */
public interface WeightSource extends AutoCloseable {
    /** Returns all names, in the order of the storage. */
    Set<String> names();

    /** Returns the tensor {@code name}; empty if there is none. Nothing is read yet. */
    Optional<StoredTensor> find(String name);

    /** Returns the file that messages about a missing tensor should name. */
    Path file();

    /**
     * Returns the same tensors with a mapping of their own, so that in-place changes, {@link #evictPages} and {@link
     * #close} affect only one of the two. Headers and indexes are not read again.
     */
    WeightSource reopened();

    /**
     * Evicts the mapped pages of the files from the resident set ({@link dev.hypersd.tensor.MappedPages}); loaded
     * tensors stay valid.
     */
    void evictPages();

    /** Closes the files. Tensors that were loaded stay valid, others can no longer be loaded. */
    @Override
    void close();
}
