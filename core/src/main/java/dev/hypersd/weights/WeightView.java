package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The tensors of a source under other names and in other layouts. Nothing is loaded or copied until a tensor is loaded.
 */
public final class WeightView implements WeightSource {
    private final WeightSource source;
    private final Function<WeightSource, Map<String, StoredTensor>> maker;
    private final Map<String, StoredTensor> tensors;

    private WeightView(WeightSource source, Function<WeightSource, Map<String, StoredTensor>> maker) {
        this.source = source;
        this.maker = maker;
        this.tensors = new LinkedHashMap<>(maker.apply(source));
    }

    /**
     * Returns a view of {@code source}; closing it closes {@code source}.
     *
     * @param rule maps each tensor to none, one or several tensors of the view
     * @throws InvalidFileException if two tensors get the same name
     */
    public static WeightView of(WeightSource source, Function<StoredTensor, Stream<StoredTensor>> rule) {
        return new WeightView(source, from -> tensors(from, rule));
    }

    private static Map<String, StoredTensor> tensors(
            WeightSource source, Function<StoredTensor, Stream<StoredTensor>> rule) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : source.names()) {
            source.find(name).stream().flatMap(rule).forEach(tensor -> {
                if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
                    throw new InvalidFileException(
                            source.file(), "holds " + tensor.name() + " twice, once spelled " + name);
                }
            });
        }
        return tensors;
    }

    /**
     * Returns a view of {@code source} for rules that need several tensors at once; closing it closes {@code source}.
     *
     * @param maker makes all tensors of the view, by name
     */
    public static WeightView ofAll(WeightSource source, Function<WeightSource, Map<String, StoredTensor>> maker) {
        return new WeightView(source, maker);
    }

    /**
     * Returns a view of {@code source} under other names; closing it closes {@code source}.
     *
     * @param newName the new name of each tensor; empty to leave it out
     * @throws InvalidFileException if two tensors get the same name
     */
    public static WeightView renamed(WeightSource source, Function<String, Optional<String>> newName) {
        return of(source, tensor -> newName.apply(tensor.name()).map(tensor::as).stream());
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    @Override
    public Path file() {
        return source.file();
    }

    @Override
    public WeightView reopened() {
        return new WeightView(source.reopened(), maker);
    }

    @Override
    public void evictPages() {
        source.evictPages();
    }

    @Override
    public void close() {
        source.close();
    }
}
