package dev.hypersd.objective;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.Draft;
import dev.hypersd.file.FilesBelow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies the parts of a model that were not trained. */
final class ModelFolder {
    private ModelFolder() {}

    /** Copies a file, or a folder with its content. */
    static void copy(Path from, Path to) {
        try {
            for (Path file : FilesBelow.of(from)) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.toAbsolutePath().getParent());
                try (Draft draft = Draft.of(target)) {
                    Files.copy(file, draft.path());
                    draft.publish();
                }
            }
        } catch (IOException e) {
            throw new HyperSdException(to + " cannot be written: " + e.getMessage(), e);
        }
    }
}
