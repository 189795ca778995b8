package dev.hypersd.model;

import java.nio.file.Path;

/**
 * A model that could be loaded.
 *
 * @param location a directory in the diffusers layout; or a checkpoint in one file, whose configurations are those
 *     published for its family
 * @param options how to load it, and what to put in place of its own parts
 */
public record ModelSource(Path location, LoadOptions options) {
    /** The model at {@code location}, a directory or a checkpoint in one file, loaded with the default options. */
    public ModelSource(Path location) {
        this(location, LoadOptions.DEFAULT);
    }

    /**
     * Finds its files and reads its configurations; no weights are loaded.
     *
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind, or the parts do
     *     not go together
     */
    public OpenedModel open() {
        return OpenedModel.of(this);
    }

    /** Returns the file or directory that its weights come from, which people know it by. */
    public Path path() {
        return options.checkpoints().isEmpty()
                ? location
                : options.checkpoints().getLast();
    }
}
