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
 * The embeddings of captions by a frozen text encoder, in files of at most {@value #SHARD} captions each. Every
 * distinct caption is encoded once, and the encoder is not in memory during training. Captions that are in no file are
 * added in new files. Files are mapped.
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
        /** Encodes captions, given as token ids that are all of one length. */
        Encoded encode(List<long[]> captions);

        @Override
        void close();
    }

    /**
     * Encoded captions.
     *
     * @param hidden the hidden states of all tokens, {@code [B, N, D]}
     * @param pooled a vector for each caption {@code [B, P]}, if the U-Net takes one
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
     * Opens the files in {@code folder}, and adds captions that are missing.
     *
     * @param folder the folder, which is created if it does not exist
     * @param fingerprint identifies the encoder
     * @param captions token ids, all of one length
     * @param encoder opens the encoder if captions are missing; it is closed afterwards
     * @param listener receives the progress of the encoding
     * @throws InvalidFileException if a file is of another encoder
     */
    public static CaptionEmbeddings open(
            Path folder,
            String fingerprint,
            Stream<long[]> captions,
            Supplier<Encoder> encoder,
            LatentCache.Listener listener) {
        CaptionEmbeddings embeddings = new CaptionEmbeddings(folder, fingerprint);
        if (!listener.makes(0)) {
            listener.await();
        }
        embeddings.mapAll();
        SequencedSet<LongBuffer> missing = new LinkedHashSet<>();
        captions.map(LongBuffer::wrap)
                .filter(ids -> !embeddings.rows.containsKey(ids))
                .forEach(missing::add);
        if (!missing.isEmpty()) {
            embeddings.add(missing.stream().map(LongBuffer::array).toList(), encoder, listener);
        }
        if (listener.makes(0)) {
            listener.await();
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
                .orElseThrow(
                        () -> new InvalidFileException(file.file(), "is not a file of encoded captions; delete it"))
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

    /**
     * Returns the embeddings of captions, F32 {@code [B, N, D]}, which belong to the caller's scope. The captions must
     * have been given to {@link #open}.
     */
    public Tensor of(List<long[]> captions) {
        return together(captions.stream().map(this::row).map(row -> wide(row.embeddings, row.number)));
    }

    /**
     * Returns the pooled vectors of captions, F32 {@code [B, P]}, which belong to the caller's scope, if the encoder
     * made some.
     */
    public Optional<Tensor> pooled(List<long[]> captions) {
        List<Row> found = captions.stream().map(this::row).toList();
        return found.getFirst().pooled.isEmpty()
                ? Optional.empty()
                : Optional.of(together(found.stream()
                        .flatMap(row -> row.pooled.stream().map(pooled -> wide(pooled, row.number)))));
    }

    /** Returns both as {@link #of} and {@link #pooled} do. */
    public Encoded encoded(List<long[]> captions) {
        return new Encoded(of(captions), pooled(captions));
    }

    private static Tensor together(Stream<Tensor> rows) {
        return TensorScope.scoped(() -> Tensors.cat(0, rows.toList()));
    }

    /**
     * Converts a row to F32. Rows are converted one by one, because the engine does not concatenate F16 tensors within
     * mixed precision.
     */
    private static Tensor wide(Tensor all, long row) {
        return all.narrow(0, row, 1).to(Dtype.F32.scalarType());
    }

    private Row row(long[] caption) {
        Row row = rows.get(LongBuffer.wrap(caption));
        if (row == null) {
            throw new IllegalArgumentException("a caption was requested that was not given for encoding");
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
