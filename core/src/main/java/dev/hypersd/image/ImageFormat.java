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

/** A kind of picture file to write. */
public sealed interface ImageFormat permits Png, Jpeg, WebP {
    /** Returns the whole file as bytes, with how the picture was made where other tools look for it. */
    byte[] encode(Image image, Optional<GenerationParameters> parameters);

    /**
     * Returns the format that the extension names: png, jpg, jpeg or webp.
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

    /** Writes a picture to {@code file}, which appears whole or not at all; an existing one is replaced. */
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
