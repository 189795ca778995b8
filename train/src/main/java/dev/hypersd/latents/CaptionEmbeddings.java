package dev.hypersd.latents;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * What a frozen text encoder makes of captions, in files of at most {@value #SHARD} captions each: every distinct
 * caption is encoded once, and the encoder is not in memory while something learns from it. Captions that no file has
 * are added in new files. Files are mapped.
 */
public final class CaptionEmbeddings implements AutoCloseable {
    private static final int SHARD = 4096;
    private static final int BATCH = 32;
    private static final String IDS = "ids";
    private static final String EMBEDDINGS = "embeddings";
    private static final String POOLED = "pooled";
    private static final String FINGERPRINT = "fingerprint";

    /** A text encoder that is in memory. */
    public interface Encoder extends AutoCloseable {
        /** Of token ids, all of one length. */
        Encoded encode(List<long[]> captions);

        @Override
        void close();
    }

    /**
     * Encoded captions.
     *
     * @param hidden the states of all tokens, {@code [B, N, D]}
     * @param pooled a vector for each caption {@code [B, P]}, where the U-Net wants one
     */
    public record Encoded(Tensor hidden, Optional<Tensor> pooled) {}

    private record Row(Tensor embeddings, Optional<Tensor> pooled, long number) {}

    private final Path folder;
    private final String fingerprint;
    private final TensorArena arena = new TensorArena();
    private final Map<LongBuffer, Row> rows = new HashMap<>();
    private int files;

    private CaptionEmbeddings(Path folder, String fingerprint) {
        this.folder = folder;
        this.fingerprint = fingerprint;
    }

    /**
     * Opens the files in {@code folder}, after adding what is missing.
     *
     * @param folder made if it is not there
     * @param fingerprint tells encoders apart
     * @param captions token ids, all of one length
     * @param encoder opened where something is missing, and closed afterwards
     * @param listener told how far the encoding has come
     * @throws InvalidFileException if a file is of another encoder
     */
    public static CaptionEmbeddings open(
            Path folder,
            String fingerprint,
            Stream<long[]> captions,
            Supplier<Encoder> encoder,
            LatentCache.Listener listener) {
        CaptionEmbeddings embeddings = new CaptionEmbeddings(folder, fingerprint);
        embeddings.mapAll();
        SequencedSet<LongBuffer> missing = new LinkedHashSet<>();
        captions.map(LongBuffer::wrap)
                .filter(ids -> !embeddings.rows.containsKey(ids))
                .forEach(missing::add);
        if (!missing.isEmpty()) {
            embeddings.add(missing.stream().map(LongBuffer::array).toList(), encoder, listener);
        }
        return embeddings;
    }

    private Path file() {
        return folder.resolve("captions-%04d.safetensors".formatted(files));
    }

    private void mapAll() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
        while (Files.exists(file())) {
            map(file());
        }
    }

    private void map(Path path) {
        Engine.call(() -> {
            SafetensorsFile file = arena.own(SafetensorsFile.open(path));
            String found = file.metadata().getOrDefault(FINGERPRINT, "none");
            if (!found.equals(fingerprint)) {
                throw new InvalidFileException(
                        path,
                        ("has captions of another text encoder (fingerprint %s, not %s); remove its folder, or name"
                                        + " another one")
                                .formatted(found, fingerprint));
            }
            Tensor embeddings = arena.own(TensorScope.scoped(() -> load(file, EMBEDDINGS)));
            Optional<Tensor> pooled = file.find(POOLED).map(stored -> arena.own(TensorScope.scoped(stored::load)));
            long[] ids = TensorScope.released(() -> Tensors.toLongs(load(file, IDS)));
            int length = (int) (ids.length / embeddings.size(0));
            for (int row = 0; row < embeddings.size(0); row++) {
                rows.put(LongBuffer.wrap(ids, row * length, length).slice(), new Row(embeddings, pooled, row));
            }
            files++;
            return files;
        });
    }

    private static Tensor load(SafetensorsFile file, String name) {
        return file.find(name)
                .orElseThrow(() -> new InvalidFileException(file.file(), "is no file of encoded captions; remove it"))
                .load();
    }

    private void add(List<long[]> captions, Supplier<Encoder> supplier, LatentCache.Listener listener) {
        try (Encoder encoder = supplier.get()) {
            for (int first = 0; first < captions.size(); first += SHARD) {
                List<long[]> some = captions.subList(first, Math.min(first + SHARD, captions.size()));
                Path file = file();
                Engine.infer(() -> {
                    write(file, some, encoder);
                    return file;
                });
                map(file);
                listener.progressed(first + some.size(), captions.size());
            }
        }
    }

    private void write(Path file, List<long[]> captions, Encoder encoder) {
        List<Tensor> embeddings = new ArrayList<>();
        List<Tensor> pooled = new ArrayList<>();
        for (int first = 0; first < captions.size(); first += BATCH) {
            List<long[]> batch = captions.subList(first, Math.min(first + BATCH, captions.size()));
            List<Tensor> both = TensorScope.keeping(() -> half(encoder.encode(batch)), tensors -> tensors);
            embeddings.add(both.getFirst());
            both.stream().skip(1).forEach(pooled::add);
        }
        long[] ids = captions.stream().flatMapToLong(LongStream::of).toArray();
        Tensor table = Tensors.of(ids, captions.size(), ids.length / captions.size());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(IDS, table.to(Dtype.I32.scalarType()));
        tensors.put(EMBEDDINGS, Tensors.cat(0, embeddings));
        if (!pooled.isEmpty()) {
            tensors.put(POOLED, Tensors.cat(0, pooled));
        }
        SafetensorsWriter.write(file, tensors, Map.of(FINGERPRINT, fingerprint));
    }

    private static List<Tensor> half(Encoded encoded) {
        return Stream.concat(Stream.of(encoded.hidden()), encoded.pooled().stream())
                .map(tensor -> tensor.to(Dtype.F16.scalarType()))
                .toList();
    }

    /** Returns the embeddings of captions that were given when this was opened: F32 {@code [B, N, D]}, the caller's. */
    public Tensor of(List<long[]> captions) {
        return together(captions.stream().map(this::row).map(row -> wide(row.embeddings, row.number)));
    }

    /** Returns the pooled vectors of such captions, F32 {@code [B, P]}, the caller's, where the encoder made some. */
    public Optional<Tensor> pooled(List<long[]> captions) {
        List<Row> found = captions.stream().map(this::row).toList();
        return found.getFirst().pooled.isEmpty()
                ? Optional.empty()
                : Optional.of(together(found.stream()
                        .flatMap(row -> row.pooled.stream().map(pooled -> wide(pooled, row.number)))));
    }

    private static Tensor together(Stream<Tensor> rows) {
        return TensorScope.scoped(() -> Tensors.cat(0, rows.toList()));
    }

    /** Widened one by one: within mixed precision the engine puts no F16 tensors together. */
    private static Tensor wide(Tensor all, long row) {
        return all.narrow(0, row, 1).to(Dtype.F32.scalarType());
    }

    private Row row(long[] caption) {
        Row row = rows.get(LongBuffer.wrap(caption));
        if (row == null) {
            throw new IllegalArgumentException("a caption is asked for that was not among those to be encoded");
        }
        return row;
    }

    @Override
    public void close() {
        Engine.call(() -> {
            arena.close();
            return files;
        });
    }
}
