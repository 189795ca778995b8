package dev.hypersd.file;

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
}
