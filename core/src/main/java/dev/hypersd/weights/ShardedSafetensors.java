package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Weights in several safetensors files. The key {@code "weight_map"} of an index, {@code *.safetensors.index.json},
 * names the file of each tensor, which is in the folder of the index.
 */
final class ShardedSafetensors implements WeightSource {
    private static final String WEIGHT_MAP = "weight_map";

    private final Path index;

    /** The files by their names in the index. */
    private final Map<String, SafetensorsFile> shards;

    /** The file of each tensor. */
    private final Map<String, String> shardOf;

    private ShardedSafetensors(Path index, Map<String, SafetensorsFile> shards, Map<String, String> shardOf) {
        this.index = index;
        this.shards = shards;
        this.shardOf = shardOf;
    }

    /**
     * Opens all files of {@code index} and checks that each holds its tensors.
     *
     * @throws InvalidFileException if the index is malformed or leads outside of its directory, or a file is missing,
     *     malformed or lacks a tensor
     */
    static ShardedSafetensors open(Path index) {
        JsonObject json = Json.read(index);
        JsonObject map = json.object(WEIGHT_MAP)
                .orElseThrow(
                        () -> json.invalid(WEIGHT_MAP, "is missing: it maps each tensor to the file that holds it"));
        ShardedSafetensors sharded = new ShardedSafetensors(index, new LinkedHashMap<>(), new LinkedHashMap<>());
        try {
            for (String tensor : map.keys()) {
                String name = map.optionalString(tensor)
                        .orElseThrow(() -> map.invalid(tensor, "must be the name of a file, not null"));
                Path file = json.sibling(name);
                SafetensorsFile shard = sharded.shards.computeIfAbsent(name, n -> SafetensorsFile.open(file));
                if (shard.find(tensor).isEmpty()) {
                    throw new InvalidFileException(
                            file, "lacks tensor " + tensor + ", which " + index.getFileName() + " says it holds");
                }
                sharded.shardOf.put(tensor, name);
            }
        } catch (RuntimeException e) {
            sharded.close();
            throw e;
        }
        return sharded;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(shardOf.keySet());
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(shardOf.get(name)).map(shards::get).flatMap(shard -> shard.find(name));
    }

    @Override
    public Path file() {
        return index;
    }

    @Override
    public ShardedSafetensors reopened() {
        Map<String, SafetensorsFile> others = new LinkedHashMap<>();
        shards.forEach((name, shard) -> others.put(name, shard.reopened()));
        return new ShardedSafetensors(index, others, shardOf);
    }

    @Override
    public void evictPages() {
        shards.values().forEach(SafetensorsFile::evictPages);
    }

    @Override
    public void close() {
        shards.values().forEach(SafetensorsFile::close);
    }
}
