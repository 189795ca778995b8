package dev.hypersd.latents;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents by pictures, in files of a folder. A file is named by a hash of its pictures, so that runs that encode at the
 * same time do not disturb each other, and never changes. Files are mapped.
 */
final class LatentFiles implements AutoCloseable {
    /** The number of digits by which pictures are recognised. */
    static final int DIGITS = 32;

    private static final System.Logger LOG = System.getLogger("dev.hypersd.latents");
    private static final String LATENTS = "latents";
    private static final String ENCODER = "encoder";
    private static final String PICTURES = "pictures";
    private static final String PIXELS = "pixels";

    /**
     * A mapped file.
     *
     * @param pixels a hash of the pixels of its first picture
     */
    private record Shard(Path file, List<String> pictures, String pixels, Tensor latents) {}

    private record Place(Shard shard, int row) {}

    private final Path folder;
    private final String encoder;
    private final TensorArena arena = new TensorArena();
    private final Map<String, Place> places = new HashMap<>();
    private final Set<Path> mapped = new HashSet<>();

    private LatentFiles(Path folder, String encoder) {
        this.folder = folder;
        this.encoder = encoder;
    }

    /**
     * Maps the files in {@code folder}, which is created if it does not exist.
     *
     * @param encoder identifies the encoder
     * @throws InvalidFileException if a file is of another encoder
     */
    static LatentFiles in(Path folder, String encoder) {
        LatentFiles files = new LatentFiles(folder, encoder);
        try {
            Files.createDirectories(folder);
            files.mapNew();
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
        return files;
    }

    /** Maps the files that are not mapped yet. */
    void mapNew() {
        try (Stream<Path> found = Files.list(folder)) {
            found.filter(file -> file.getFileName().toString().matches("latents-\\w+\\.safetensors"))
                    .filter(file -> !mapped.contains(file))
                    .sorted()
                    .forEach(this::map);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void map(Path path) {
        Shard shard = Engine.call(() -> {
            SafetensorsFile file = arena.own(SafetensorsFile.open(path));
            String found = file.metadata().getOrDefault(ENCODER, "none");
            if (!found.equals(encoder)) {
                throw new InvalidFileException(
                        path,
                        ("has latents of another autoencoder (fingerprint %s, not %s); remove its folder, or name"
                                        + " another one")
                                .formatted(found, encoder));
            }
            List<String> pictures =
                    List.of(file.metadata().getOrDefault(PICTURES, "").split(" "));
            Tensor latents = arena.own(TensorScope.scoped(() -> file.find(LATENTS)
                    .filter(stored -> stored.shape().length == 4 && stored.shape()[0] == pictures.size())
                    .orElseThrow(() -> new InvalidFileException(path, "is not a file of latents; delete it"))
                    .load()));
            return new Shard(path, pictures, file.metadata().getOrDefault(PIXELS, ""), latents);
        });
        for (int row = 0; row < shard.pictures().size(); row++) {
            places.put(shard.pictures().get(row), new Place(shard, row));
        }
        mapped.add(path);
    }

    /** Returns whether a picture is the first of its file, by which {@link #compare} judges the file. */
    boolean isFirst(String picture) {
        Place place = places.get(picture);
        return place != null && place.row() == 0;
    }

    /**
     * Drops the file of a picture if the picture has other pixels today, because this program draws or decodes it in
     * another way.
     *
     * @param picture the first of its file
     * @param pixels a hash of its pixels today
     */
    void compare(String picture, String pixels) {
        Shard shard = place(picture).shard();
        if (!shard.pixels().equals(pixels)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} has latents of pictures that are drawn or decoded in another way now; they are encoded again",
                    shard.file());
            places.values().removeIf(known -> known.shard().equals(shard));
        }
    }

    boolean has(String picture) {
        return places.containsKey(picture);
    }

    /** Returns the latents of a picture, which must be there, in row-major order. */
    float[] latents(String picture) {
        Place place = place(picture);
        Tensor all = place.shard().latents();
        MemorySegment stored = Tensors.data(all);
        float[] values = new float[(int) (all.numel() / all.size(0))];
        long first = (long) place.row() * values.length;
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.float16ToFloat(stored.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, first + i));
        }
        return values;
    }

    private Place place(String picture) {
        Place place = places.get(picture);
        if (place == null) {
            throw new IllegalArgumentException("a picture was requested that was not given for encoding");
        }
        return place;
    }

    /** Returns the shape of the latents of a picture, {@code [C, h, w]}. */
    long[] shape(String picture) {
        long[] all = Tensors.shape(place(picture).shard().latents());
        return Arrays.copyOfRange(all, 1, all.length);
    }

    /** Begins a new file. */
    Addition addition() {
        return new Addition();
    }

    /** A file that is being made. */
    final class Addition {
        private final List<String> pictures = new ArrayList<>();
        private final TensorArena rows = new TensorArena();
        private final List<Tensor> latents = new ArrayList<>();
        private String firstPixels = "";

        private Addition() {}

        /**
         * Adds pictures.
         *
         * @param pixels a hash of the pixels of the first of them
         * @param encode makes their latents, {@code [B, C, h, w]}
         */
        void add(List<String> names, String pixels, Supplier<Tensor> encode) {
            latents.add(Engine.infer(() ->
                    rows.own(TensorScope.scoped(() -> encode.get().to(Dtype.F16.scalarType())))));
            firstPixels = pictures.isEmpty() ? pixels : firstPixels;
            pictures.addAll(names);
        }

        /** Writes the file, if there is something in it, and maps it. */
        void publish() {
            if (pictures.isEmpty()) {
                return;
            }
            String all = String.join(" ", pictures);
            Path file = folder.resolve("latents-%s.safetensors"
                    .formatted(new Fingerprint().add(all).digits(DIGITS)));
            Engine.infer(() -> {
                SafetensorsWriter.write(
                        file,
                        Map.of(LATENTS, Tensors.cat(0, latents)),
                        Map.of(ENCODER, encoder, PICTURES, all, PIXELS, firstPixels));
                rows.close();
                return file;
            });
            map(file);
        }
    }

    @Override
    public void close() {
        Engine.call(() -> {
            arena.close();
            return places;
        });
    }
}
