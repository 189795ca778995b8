package dev.hypersd.model;

import java.nio.file.Path;

/**
 * A model that could be loaded.
 *
 * @param directory in the diffusers layout; or a checkpoint in one file, whose configurations are those published for
 *     its family
 * @param options how to load it, and what to put in place of its own parts
 */
public record ModelSource(Path directory, LoadOptions options) {
    /** The model in {@code directory}, which may be a checkpoint in one file, loaded with the default options. */
    public ModelSource(Path directory) {
        this(directory, LoadOptions.DEFAULT);
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

    /** The file or directory that its weights come from, which people know it by. */
    public Path path() {
        return options.checkpoints().isEmpty()
                ? directory
                : options.checkpoints().getLast();
    }
}
