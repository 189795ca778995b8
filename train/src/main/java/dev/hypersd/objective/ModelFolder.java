package dev.hypersd.objective;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.Draft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Copies the parts of a model that were not trained. */
final class ModelFolder {
    private ModelFolder() {}

    /** Copies a file, or a folder with its content. */
    static void copy(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    try (Draft draft = Draft.of(target)) {
                        Files.copy(path, draft.path());
                        draft.publish();
                    }
                }
            }
        } catch (IOException e) {
            throw new HyperSdException(to + " cannot be written: " + e.getMessage(), e);
        }
    }
}
