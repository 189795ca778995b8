package dev.hypersd.image;

import java.nio.file.Path;

/** Receives findings of a reader of pictures, such as transparent parts that were filled with a colour. */
@FunctionalInterface
public interface ImageWarnings {
    /**
     * Receives one finding about a picture.
     *
     * @param finding the rest of a sentence that begins with the name of the file; the same for all pictures with the
     *     same finding
     */
    void warn(Path file, String finding);
}
