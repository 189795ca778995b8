package dev.hypersd.data;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Writes captioned pictures as a data set that other programs read too. */
public sealed interface DatasetWriter permits ImageFolderWriter, WebDatasetWriter {
    /** Told how far the writing has come. */
    @FunctionalInterface
    interface Listener {
        /** @param done samples of {@code total} */
        void progressed(long done, long total);
    }

    /**
     * Writes all samples.
     *
     * @param folder made if it is not there
     * @throws InvalidRequestException if it is not empty
     */
    default void write(Path folder, Dataset<CaptionedImage> samples, Listener listener) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(folder)) {
                if (files.findAny().isPresent()) {
                    throw new InvalidRequestException(folder + " is not empty; name a new folder");
                }
            }
            fill(folder, samples, listener);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Writes all samples into {@code folder}, which is there and empty. */
    void fill(Path folder, Dataset<CaptionedImage> samples, Listener listener) throws IOException;
}
