package dev.hypersd.file;

import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Lists the files of a folder. */
public final class FilesBelow {
    private FilesBelow() {}

    /**
     * Returns all files in {@code folder} and in the folders below it, sorted, or the file itself. Symbolic links to
     * files and to folders are followed, because the folders of people often consist of them.
     *
     * @throws IOException if there is no such folder, if it cannot be read, or if links lead around in a circle
     */
    public static List<Path> of(Path folder) throws IOException {
        try (Stream<Path> below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return below.filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Makes a folder for new files.
     *
     * @param folder the folder, which is created if it does not exist
     * @throws InvalidRequestException if there is something in it already
     */
    public static void requireNone(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> inside = Files.list(folder)) {
            if (inside.findAny().isPresent()) {
                throw new InvalidRequestException(folder + " is not empty; name a new folder");
            }
        }
    }
}
