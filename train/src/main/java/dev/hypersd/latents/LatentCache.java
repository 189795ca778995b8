package dev.hypersd.latents;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A data set of latents and token ids in files of {@value #SHARD} samples each, made when they are first needed:
 * encoding costs far more than training on the result. Existing files are used, so making them can be interrupted. They
 * are mapped; nothing is kept in memory.
 */
public final class LatentCache implements Dataset<LatentSample>, AutoCloseable {
    private static final int SHARD = 4096;
    private static final int BATCH = 32;
    private static final String LATENTS = "latents";
    private static final String IDS = "ids";
    private static final String FINGERPRINT = "fingerprint";

    /** The number of samples whose content is part of the fingerprint. */
    private static final int LOOKED_AT = 8;

    /** Encodes pictures and captions. */
    public interface Encoder {
        /** Returns latents of unit variance, {@code [B, C, h, w]}. */
        Tensor latents(List<CaptionedImage> samples);

        /** Returns token ids, all of one length. */
        long[] ids(String caption);

        /** Returns a text that identifies the encoder; encoders that make other latents have other ones. */
        String fingerprint();
    }

    /** Receives the progress of the encoding, which several processes may divide among themselves. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Reports progress.
         *
         * @param done the number of encoded samples, of {@code total}
         */
        void progressed(long done, long total);

        /** Returns whether this process makes the file with this number; another one makes it otherwise. */
        default boolean makes(long file) {
            return true;
        }

        /** Waits until all processes have made their files. */
        default void await() {}
    }

    private record Shard(SafetensorsFile file, Tensor latents, Tensor ids) {}

    private final long size;
    private final List<Shard> shards = new ArrayList<>();

    private LatentCache(long size) {
        this.size = size;
    }

    /**
     * Opens the files in {@code folder}, and makes those that are missing.
     *
     * @param folder the folder, which is created if it does not exist
     * @throws InvalidFileException if a file is of another encoder, or of other samples
     */
    public static LatentCache open(Path folder, Dataset<CaptionedImage> samples, Encoder encoder, Listener listener) {
        LatentCache cache = new LatentCache(samples.size());
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
        List<Part> parts = parts(folder, samples);
        for (Part part : parts) {
            if (!Files.exists(part.file()) && listener.makes(part.first() / SHARD)) {
                Listener within = (done, all) -> listener.progressed(part.first() + done, samples.size());
                write(part.file(), part.samples(), encoder, fingerprint(encoder, part.samples()), within);
            }
        }
        listener.await();
        parts.forEach(part -> cache.shards.add(map(part.file(), fingerprint(encoder, part.samples()))));
        return cache;
    }

    /** The samples of one file, the first of which has the number {@code first}. */
    private record Part(Path file, long first, Dataset<CaptionedImage> samples) {}

    private static List<Part> parts(Path folder, Dataset<CaptionedImage> samples) {
        List<Part> parts = new ArrayList<>();
        for (long first = 0; first < samples.size(); first += SHARD) {
            int count = (int) Math.min(SHARD, samples.size() - first);
            Path file = folder.resolve("latents-%08d-%d.safetensors".formatted(first, count));
            parts.add(new Part(file, first, samples.part(first, count)));
        }
        return parts;
    }

    /** Returns a hash of the encoder and of a few samples. A change of other samples is not detected. */
    private static String fingerprint(Encoder encoder, Dataset<CaptionedImage> samples) {
        Fingerprint fingerprint = new Fingerprint().add(encoder.fingerprint());
        LongStream.range(0, LOOKED_AT)
                .map(i -> i * (samples.size() - 1) / (LOOKED_AT - 1))
                .distinct()
                .mapToObj(samples::get)
                .forEach(sample -> fingerprint
                        .add(sample.image().toString())
                        .add(ByteBuffer.wrap(sample.image().rgb()))
                        .add(Arrays.toString(encoder.ids(sample.caption()))));
        return fingerprint.digits();
    }

    private static void write(
            Path file, Dataset<CaptionedImage> samples, Encoder encoder, String fingerprint, Listener listener) {
        int count = (int) samples.size();
        Engine.infer(() -> {
            List<Tensor> latents = new ArrayList<>();
            List<long[]> ids = new ArrayList<>();
            for (int begin = 0; begin < count; begin += BATCH) {
                List<CaptionedImage> batch = LongStream.range(begin, Math.min(begin + BATCH, count))
                        .parallel()
                        .mapToObj(samples::get)
                        .toList();
                latents.add(encoder.latents(batch).to(Dtype.F16.scalarType()));
                batch.forEach(sample -> ids.add(encoder.ids(sample.caption())));
                listener.progressed(ids.size(), count);
            }
            long[] flat = ids.stream().flatMapToLong(LongStream::of).toArray();
            Tensor rows = Tensors.of(flat, count, flat.length / count).to(Dtype.I32.scalarType());
            SafetensorsWriter.write(
                    file, Map.of(LATENTS, Tensors.cat(0, latents), IDS, rows), Map.of(FINGERPRINT, fingerprint));
            return file;
        });
    }

    private static Shard map(Path path, String fingerprint) {
        return Engine.call(() -> {
            SafetensorsFile file = SafetensorsFile.open(path);
            String found = file.metadata().getOrDefault(FINGERPRINT, "none");
            if (!found.equals(fingerprint)) {
                file.close();
                throw new InvalidFileException(
                        path,
                        ("has latents of another autoencoder or of other pictures (fingerprint %s, not %s); remove"
                                        + " its folder, or name another one")
                                .formatted(found, fingerprint));
            }
            return new Shard(file, load(file, LATENTS), load(file, IDS));
        });
    }

    private static Tensor load(SafetensorsFile file, String name) {
        return file.find(name)
                .map(StoredTensor::load)
                .orElseThrow(() -> new HyperSdException(file.file() + " is not a cache of latents; delete it"));
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public LatentSample get(long index) {
        return new LatentSample(latents(index), ids(index));
    }

    private float[] latents(long index) {
        Shard shard = shards.get((int) (index / SHARD));
        long row = index % SHARD;
        MemorySegment latents = Tensors.data(shard.latents());
        float[] values =
                new float[(int) (shard.latents().numel() / shard.latents().size(0))];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    Float.float16ToFloat(latents.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, row * values.length + i));
        }
        return values;
    }

    /** Returns the token ids of the caption of sample {@code index}. */
    public long[] ids(long index) {
        Shard shard = shards.get((int) (index / SHARD));
        long row = index % SHARD;
        MemorySegment tokens = Tensors.data(shard.ids());
        long[] ids = new long[(int) shard.ids().size(1)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tokens.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, row * ids.length + i);
        }
        return ids;
    }

    /** Returns the shape of every sample's latents, {@code [C, h, w]}. */
    public long[] shape() {
        long[] all = Tensors.shape(shards.getFirst().latents());
        return Arrays.copyOfRange(all, 1, all.length);
    }

    @Override
    public void close() {
        Engine.call(() -> {
            shards.forEach(shard -> {
                shard.latents().close();
                shard.ids().close();
                shard.file().close();
            });
            return shards;
        });
    }
}
