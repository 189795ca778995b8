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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * What a frozen text encoder makes of captions, in files of at most {@value #SHARD} captions each: every distinct caption is encoded once,
 * and the encoder is not in memory while something learns from it. Captions that no file has are added in new files. Files are mapped.
 */
public final class CaptionEmbeddings implements AutoCloseable {
    private static final int SHARD = 4096;
    private static final int BATCH = 32;
    private static final String IDS = "ids";
    private static final String EMBEDDINGS = "embeddings";

    /** A text encoder that is in memory. */
    public interface Encoder extends AutoCloseable {
        /** Of token ids, all of one length: {@code [B, N, D]}. */
        Tensor embed(List<long[]> captions);

        @Override
        void close();
    }

    private record Row(Tensor embeddings, long number) {}

    private final Path folder;
    private final TensorArena arena = new TensorArena();
    private final Map<LongBuffer, Row> rows = new HashMap<>();
    private int files;

    private CaptionEmbeddings(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens the files in {@code folder}, after adding what is missing.
     *
     * @param folder made if it is not there; to be used with one encoder only
     * @param captions token ids, all of one length
     * @param encoder opened where something is missing, and closed afterwards
     * @param listener told how far the encoding has come
     */
    public static CaptionEmbeddings open(
            Path folder, Stream<long[]> captions, Supplier<Encoder> encoder, LatentCache.Listener listener) {
        CaptionEmbeddings embeddings = new CaptionEmbeddings(folder);
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
            Tensor embeddings = arena.own(TensorScope.scoped(() -> load(file, EMBEDDINGS)));
            long[] ids = TensorScope.released(() -> Tensors.toLongs(load(file, IDS)));
            int length = (int) (ids.length / embeddings.size(0));
            for (int row = 0; row < embeddings.size(0); row++) {
                rows.put(LongBuffer.wrap(ids, row * length, length).slice(), new Row(embeddings, row));
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

    private static void write(Path file, List<long[]> captions, Encoder encoder) {
        List<Tensor> embeddings = new ArrayList<>();
        for (int first = 0; first < captions.size(); first += BATCH) {
            List<long[]> batch = captions.subList(first, Math.min(first + BATCH, captions.size()));
            embeddings.add(TensorScope.scoped(() -> encoder.embed(batch).to(Dtype.F16.scalarType())));
        }
        long[] ids = captions.stream().flatMapToLong(LongStream::of).toArray();
        Tensor table = Tensors.of(ids, captions.size(), ids.length / captions.size());
        SafetensorsWriter.write(
                file, Map.of(IDS, table.to(Dtype.I32.scalarType()), EMBEDDINGS, Tensors.cat(0, embeddings)), Map.of());
    }

    /** The embeddings of captions that were given when this was opened: F32 {@code [B, N, D]}, the caller's. */
    public Tensor of(List<long[]> captions) {
        // Widened one by one: within mixed precision the engine puts no F16 tensors together.
        return TensorScope.scoped(
                () -> Tensors.cat(0, captions.stream().map(this::embedding).toList()));
    }

    private Tensor embedding(long[] caption) {
        Row row = rows.get(LongBuffer.wrap(caption));
        if (row == null) {
            throw new IllegalArgumentException("a caption is asked for that was not among those to be encoded");
        }
        return row.embeddings.narrow(0, row.number, 1).to(Dtype.F32.scalarType());
    }

    @Override
    public void close() {
        Engine.call(() -> {
            arena.close();
            return files;
        });
    }
}
