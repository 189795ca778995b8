package dev.hypersd.latents;

import static java.lang.System.Logger.Level.WARNING;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Latents by pictures, in files of a folder. A file is named by a hash of its pictures, so that runs that encode at the
 * same time do not disturb each other, and never changes. Files are mapped.
 */
final class LatentFiles implements AutoCloseable {
    /** The number of digits by which pictures are recognised. */
    static final int DIGITS = 32;

    private static final System.Logger LOG = System.getLogger("dev.hypersd.latents");

    private record Place(LatentShard shard, int row) {}

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

    private void map(Path file) {
        Optional<LatentShard> shard = LatentShard.map(file, encoder, arena);
        if (shard.isEmpty()) {
            LOG.log(WARNING, "{0} has latents of an earlier version, which are not used; remove it", file);
        }
        shard.ifPresent(whole -> {
            for (int row = 0; row < whole.pictures().size(); row++) {
                places.put(whole.pictures().get(row), new Place(whole, row));
            }
        });
        mapped.add(file);
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
        LatentShard shard = place(picture).shard();
        if (!shard.pixels().equals(pixels)) {
            LOG.log(
                    WARNING,
                    "{0} has latents of pictures that are drawn or decoded in another way now; they are encoded again",
                    shard.file());
            places.values().removeIf(known -> known.shard().equals(shard));
        }
    }

    boolean has(String picture) {
        return places.containsKey(picture);
    }

    /** Returns an encoded picture, which must be there. */
    EncodedImage get(String picture) {
        Place place = place(picture);
        return place.shard().get(place.row());
    }

    /** Returns the shape of the latents of a picture, which must be there, {@code [C, h, w]}. */
    long[] shape(String picture) {
        return place(picture).shard().shape();
    }

    private Place place(String picture) {
        Place place = places.get(picture);
        if (place == null) {
            throw new IllegalArgumentException("a picture was requested that was not given for encoding");
        }
        return place;
    }

    /** Writes a new file, and maps it. */
    void publish(NewShard shard) {
        map(shard.write(folder, encoder));
    }

    @Override
    public void close() {
        Engine.call(() -> {
            arena.close();
            return places;
        });
    }
}
