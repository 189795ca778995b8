package dev.hypersd.model;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Draft;
import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.VocabularyFiles;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.SafetensorsWriter.Declaration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes model directories with random weights, for tests of size and speed without real weights, and as a start for
 * training. Their pictures are noise.
 *
 * <p>Each tensor is written as soon as it is drawn, so a model of any size needs memory for its largest tensor only.
 */
public final class RandomModel {
    private static final String INDEX = "model_index.json";
    private static final String VOCABULARY_SIZE = "vocab_size";

    /** Receives the progress of the writing. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Reports progress.
         *
         * @param written the bytes of weights written, out of {@code total}
         */
        void progressed(long written, long total);
    }

    private record Drawn(String name, Init init, long[] shape) {}

    private final ModelTemplate like;
    private final Dtype dtype;
    private final RandomTensors random;
    private final Listener listener;
    private final Map<String, List<Drawn>> networks = new LinkedHashMap<>();
    private final long total;
    private long written;

    private RandomModel(ModelTemplate like, long seed, Dtype dtype, Listener listener) {
        this.like = like;
        this.dtype = dtype;
        this.random = new RandomTensors(seed);
        this.listener = listener;
        for (String name : names()) {
            if (!name.startsWith("tokenizer") && !name.equals("scheduler")) {
                networks.put(name, parameters(like.config(name + "/config.json")));
            }
        }
        this.total = networks.values().stream()
                .mapToLong(parameters -> count(parameters) * dtype.bytes())
                .sum();
    }

    /**
     * Writes a complete model directory with configurations and a byte tokenizer. The same seed gives the same weights.
     *
     * @param dtype a floating-point type
     * @throws InvalidRequestException if the directory exists and is not empty
     */
    public static void write(Path directory, ModelTemplate like, long seed, Dtype dtype, Listener listener) {
        if (!dtype.isFloatingPoint()) {
            throw new InvalidRequestException("weights cannot be " + dtype + "; F32, F16 or BF16 are usual");
        }
        Engine.infer(() -> {
            new RandomModel(like, seed, dtype, listener).write(directory);
            return directory;
        });
    }

    /** Returns the number of parameters of the network {@code name} of {@code like}. */
    static long parameterCount(ModelTemplate like, String name) {
        return Engine.infer(() -> count(parameters(like.config(name + "/config.json"))));
    }

    private static long count(List<Drawn> parameters) {
        return parameters.stream().mapToLong(p -> Shapes.count(p.shape())).sum();
    }

    /** Returns the parts of the template, in the order of its index. */
    private List<String> names() {
        JsonObject index = like.config(INDEX);
        return index.keys().stream()
                .filter(name -> index.isList(name)
                        && !index.strings(name, List.of()).getFirst().isEmpty())
                .toList();
    }

    /** Returns the parameters of the network that {@code config} describes. */
    private static List<Drawn> parameters(JsonObject config) {
        NetworkType<?, ?> type = NetworkType.of(config);
        List<Drawn> drawn = new ArrayList<>();
        var _ = type.make(config, new Parameters((name, init, shape) -> {
            drawn.add(new Drawn(name, init, shape));
            return Tensors.meta(Dtype.F32, shape);
        }));
        return drawn;
    }

    private void write(Path directory) {
        try (Draft draft = Draft.of(directory)) {
            checkEmpty(directory);
            Files.createDirectories(draft.path());
            checkRoom(draft.path());
            writeFiles(draft.path());
            Files.deleteIfExists(directory);
            draft.publish();
        } catch (IOException e) {
            throw new HyperSdException(directory + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static void checkEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new InvalidRequestException(directory + " exists and is not empty; name a new directory");
            }
        }
    }

    private void checkRoom(Path directory) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < total) {
            throw new HyperSdException("%s: the model takes %.1f GB, the disk has %.1f GB left"
                    .formatted(directory, total / 1e9, free / 1e9));
        }
    }

    private void writeFiles(Path directory) throws IOException {
        write(directory, INDEX, like.bytes(INDEX));
        for (String name : names()) {
            Path folder = Files.createDirectory(directory.resolve(name));
            if (networks.containsKey(name)) {
                write(folder, "config.json", like.bytes(name + "/config.json"));
                writeWeights(folder, networks.get(name), like.config(name + "/config.json"));
            } else if (name.equals("scheduler")) {
                write(folder, "scheduler_config.json", like.bytes(name + "/scheduler_config.json"));
            } else {
                String encoder = name.replace("tokenizer", "text_encoder");
                int size = like.config(encoder + "/config.json").positive(VOCABULARY_SIZE, 1);
                for (Map.Entry<String, byte[]> file : new VocabularyFiles(size, List.of())
                        .files(like.padding(name))
                        .entrySet()) {
                    write(folder, file.getKey(), file.getValue());
                }
            }
        }
    }

    private void writeWeights(Path folder, List<Drawn> parameters, JsonObject config) {
        List<Declaration> declarations = parameters.stream()
                .map(p -> new Declaration(p.name(), dtype, p.shape()))
                .toList();
        Path file = folder.resolve(ModelPart.stem(config) + ".safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, declarations, Map.of("format", "pt"))) {
            for (Drawn p : parameters) {
                TensorScope.released(() -> {
                    writer.write(p.name(), random.draw(p.init(), dtype, p.shape()));
                    return p;
                });
                written += Shapes.count(p.shape()) * dtype.bytes();
                listener.progressed(written, total);
            }
            writer.commit();
        }
    }

    private static void write(Path folder, String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }
}
