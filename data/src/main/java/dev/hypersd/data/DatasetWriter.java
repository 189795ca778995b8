package dev.hypersd.data;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.FilesBelow;
import java.io.IOException;
import java.nio.file.Path;

/** Writes captioned pictures as a data set in a format that other programs read too. */
public sealed interface DatasetWriter permits ImageFolderWriter, WebDatasetWriter {
    /** Receives the progress of the writing. */
    @FunctionalInterface
    interface Listener {
        /**
         * Reports that {@code done} of {@code total} samples are written.
         *
         * @param done the number of samples written so far
         */
        void progressed(long done, long total);
    }

    /**
     * Writes all samples into {@code folder}, which is created if it does not exist.
     *
     * @param folder the folder, which must be empty if it exists
     * @throws dev.hypersd.error.InvalidRequestException if it is not empty
     */
    default void write(Path folder, Dataset<CaptionedImage> samples, Listener listener) {
        try {
            FilesBelow.requireNone(folder);
            fill(folder, samples, listener);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Writes all samples into {@code folder}, which exists and is empty. */
    void fill(Path folder, Dataset<CaptionedImage> samples, Listener listener) throws IOException;
}
