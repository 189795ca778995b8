package dev.hypersd.mini;

import dev.hypersd.file.Draft;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Copies a folder out of a jar, once for each content. */
final class Unpacking {
    private Unpacking() {}

    /**
     * Returns the copy of {@code packed} under {@code cache}, which is made if it does not exist. It gets its name when
     * it is complete, so several programs may do this at once.
     *
     * @param packed a folder in a zip file system
     */
    static Path into(Path cache, Path packed) throws IOException {
        List<Path> files = files(packed);
        Path whole = cache.resolve("%08x".formatted(fingerprint(packed, files)));
        Path folder = whole.resolve(packed.getFileName().toString());
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Files.createDirectories(cache);
        try (Draft draft = Draft.of(whole)) {
            for (Path file : files) {
                Path copy = draft.path()
                        .resolve(packed.getFileName().toString())
                        .resolve(packed.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
            draft.publish();
        } catch (FileSystemException e) {
            if (!Files.isDirectory(folder)) { // Where it is there now, another program was faster.
                throw e;
            }
        }
        return folder;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Returns a hash of names and contents, from the checksums that a zip file has of every member. */
    private static long fingerprint(Path packed, List<Path> files) throws IOException {
        CRC32 sum = new CRC32();
        for (Path file : files) {
            Object content = Files.getAttribute(file, "zip:crc");
            sum.update("%s %s%n".formatted(packed.relativize(file), content).getBytes(StandardCharsets.UTF_8));
        }
        return sum.getValue();
    }
}
