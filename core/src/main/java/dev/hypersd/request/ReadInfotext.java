package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.GenerationParameters;
import java.nio.file.Path;
import java.util.List;

/**
 * The options that a picture says it was made with, by this project or by another program.
 *
 * @param options as far as they can be read
 * @param warnings a sentence about each entry that was left out, with its name and value
 */
public record ReadInfotext(GenerationOptions options, List<String> warnings) {
    public ReadInfotext {
        warnings = List.copyOf(warnings);
    }

    /** What infotext says. */
    public static ReadInfotext of(GenerationParameters infotext) {
        return InfotextForm.read(infotext);
    }

    /**
     * What a PNG, JPEG or WebP file says of how it was made. Inputs that a file cannot hold are missing: its original
     * picture, the pictures that ControlNets followed, and the folders of what it names.
     *
     * @throws InvalidFileException if the file cannot be read or says nothing
     */
    public static ReadInfotext of(Path file) {
        return of(GenerationParameters.read(file)
                .orElseThrow(() -> new InvalidFileException(file, "does not say how it was made")));
    }
}
