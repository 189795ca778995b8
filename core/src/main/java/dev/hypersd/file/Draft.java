package dev.hypersd.file;

import dev.hypersd.error.HyperSdException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A file or folder that is being written under a temporary name in the folder of its final place. It gets its final
 * name only when it is complete. Otherwise it is deleted, also where the program is terminated while it writes
 * (Ctrl-C).
 *
 * <pre>{@code
 * try (Draft draft = Draft.of(file)) {
 *     Files.write(draft.path(), bytes);
 *     draft.publish();
 * }
 * }</pre>
 */
public final class Draft implements AutoCloseable {
    /** The number of attempts to delete, since another thread may still write into the folder. */
    private static final int ATTEMPTS = 10;

    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Shutdown.install();
    }

    private final Path place;
    private final Path path;

    private Draft(Path place, Path path) {
        this.place = place;
        this.path = path;
    }

    /** Begins a draft of the file or folder {@code place}. Nothing is written yet. */
    public static Draft of(Path place) {
        // Not by createTempFile, whose files nobody else may read.
        Path path =
                place.toAbsolutePath().resolveSibling("." + place.getFileName() + "." + UUID.randomUUID() + ".part");
        OPEN.add(path);
        return new Draft(place, path);
    }

    /**
     * Writes a text file that appears complete or not at all.
     *
     * @throws HyperSdException if it cannot be written
     */
    public static void write(Path file, String text) {
        try (Draft draft = of(file)) {
            Files.writeString(draft.path, text);
            draft.publish();
        } catch (IOException e) {
            throw new HyperSdException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Returns the temporary path to write to. */
    public Path path() {
        return path;
    }

    /** Gives the draft its final name in one step. An existing file is replaced. */
    public void publish() throws IOException {
        Files.move(path, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes the draft unless it was published. */
    @Override
    public void close() throws IOException {
        OPEN.remove(path);
        remove(path);
    }

    static void removeAll() {
        for (Path path : OPEN) {
            for (int attempt = 0; attempt < ATTEMPTS && Files.exists(path); attempt++) {
                try {
                    remove(path);
                } catch (IOException | UncheckedIOException e) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private static void remove(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            List<Path> innermostFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : innermostFirst) {
                Files.deleteIfExists(file);
            }
        }
    }
}
