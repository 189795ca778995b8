package dev.hypersd.model;

import java.nio.file.Path;

/**
 * The location of a model and the options of loading it.
 *
 * @param location a directory in the diffusers layout, or a checkpoint file, for which the published configurations of
 *     its family are used
 * @param options the options of loading
 */
public record ModelSource(Path location, LoadOptions options) {
    /** Creates a source with the default options. */
    public ModelSource(Path location) {
        this(location, LoadOptions.DEFAULT);
    }

    /**
     * Finds the files of the model and reads its configurations; no weights are loaded.
     *
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind, or the parts do
     *     not fit each other
     */
    public OpenedModel open() {
        return OpenedModel.of(this);
    }

    /** Returns the file or directory of the weights, which names the model in messages. */
    public Path path() {
        return options.checkpoints().isEmpty()
                ? location
                : options.checkpoints().getLast();
    }
}
