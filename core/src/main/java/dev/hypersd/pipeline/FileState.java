package dev.hypersd.pipeline;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * The state of a file when it was read; a changed file has another state, so caches read it again.
 *
 * @param path the file, or a folder with the files directly in it
 * @param modified the time of the latest change
 * @param size the size in bytes, for a folder of all its files
 */
record FileState(Path path, FileTime modified, long size) {
    /**
     * Returns the present state of {@code path}.
     *
     * @param kind the kind of the file for messages, such as {@code "a LoRA"}
     * @throws InvalidFileException if it does not exist or cannot be read
     */
    static FileState of(Path path, String kind) {
        try {
            Path real = path.toRealPath();
            FileState state = new FileState(real, FileTime.fromMillis(0), 0);
            for (Path file : Files.isDirectory(real) ? filesIn(real) : List.of(real)) {
                state = state.and(Files.readAttributes(file, BasicFileAttributes.class));
            }
            return state;
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(path, "not found; it was to be " + kind, e);
        } catch (IOException e) {
            throw new InvalidFileException(path, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private FileState and(BasicFileAttributes file) {
        FileTime time = file.lastModifiedTime();
        return new FileState(path, time.compareTo(modified) > 0 ? time : modified, size + file.size());
    }
}
