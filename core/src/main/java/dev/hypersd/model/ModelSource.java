package dev.hypersd.model;

import java.nio.file.Path;

/**
 * A model that could be loaded.
 *
 * @param directory in the diffusers layout
 * @param options how to load it, and what to put in place of its own parts
 */
public record ModelSource(Path directory, LoadOptions options) {
    /** The file or directory that its weights come from, which people know it by. */
    public Path path() {
        return options.checkpoints().isEmpty()
                ? directory
                : options.checkpoints().getLast();
    }
}
