package dev.hypersd.image;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Draft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/** A file format in which pictures are written. */
public sealed interface ImageFormat permits Png, Jpeg, WebP {
    /** Encodes a picture with its parameters, which are stored where other programs read them. */
    byte[] encode(Image image, Optional<GenerationParameters> parameters);

    /**
     * Returns the format that the extension of {@code file} names: png, jpg, jpeg or webp.
     *
     * @throws InvalidRequestException if it names another
     */
    static ImageFormat of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".png")) {
            return new Png();
        }
        if (name.endsWith(".jpg") || name.endsWith(".jpeg")) {
            return new Jpeg(Jpeg.USUAL_QUALITY);
        }
        if (name.endsWith(".webp")) {
            return new WebP();
        }
        throw new InvalidRequestException(file + ": pictures are written as .png, .jpg, .jpeg or .webp");
    }

    /** Writes a picture to {@code file}, which appears complete or not at all. An existing file is replaced. */
    default void write(Image image, Optional<GenerationParameters> parameters, Path file) {
        byte[] encoded = encode(image, parameters);
        try (Draft draft = Draft.of(file)) {
            Files.write(draft.path(), encoded, StandardOpenOption.CREATE_NEW);
            draft.publish();
        } catch (IOException e) {
            throw new HyperSdException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
