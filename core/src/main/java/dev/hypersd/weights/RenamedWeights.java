package dev.hypersd.weights;

import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** The tensors of another source under other names; closing it closes that source. */
public final class RenamedWeights implements WeightSource {
    private final WeightSource source;
    private final Map<String, String> oldNames = new LinkedHashMap<>();

    /** @param newName of each name in {@code source}; empty for a tensor that is to disappear */
    public RenamedWeights(WeightSource source, Function<String, Optional<String>> newName) {
        this.source = source;
        for (String old : source.names()) {
            newName.apply(old).ifPresent(name -> oldNames.put(name, old));
        }
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(oldNames.keySet());
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(oldNames.get(name)).flatMap(source::find).map(stored -> new Renamed(name, stored));
    }

    @Override
    public Path file() {
        return source.file();
    }

    @Override
    public void close() {
        source.close();
    }

    private record Renamed(String name, StoredTensor stored) implements StoredTensor {
        @Override
        public Dtype dtype() {
            return stored.dtype();
        }

        @Override
        public long[] shape() {
            return stored.shape();
        }

        @Override
        public Path file() {
            return stored.file();
        }

        @Override
        public Tensor load() {
            return stored.load();
        }
    }
}
