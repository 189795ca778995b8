package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.GenerationParameters;
import java.nio.file.Path;
import java.util.List;

/**
 * The options that were read from a picture of this or another program.
 *
 * @param options the options that could be read
 * @param warnings a sentence about each entry that was left out, with its name and value
 */
public record ReadInfotext(GenerationOptions options, List<String> warnings) {
    public ReadInfotext {
        warnings = List.copyOf(warnings);
    }

    /** Reads the options in {@code infotext}. */
    public static ReadInfotext of(GenerationParameters infotext) {
        return InfotextForm.read(infotext);
    }

    /**
     * Reads the options from the parameters in a PNG, JPEG or WebP file. Inputs that a file does not hold are missing:
     * its original picture, the pictures of ControlNets, and the folders of the files that it names.
     *
     * @throws InvalidFileException if the file cannot be read or has no parameters
     */
    public static ReadInfotext of(Path file) {
        return of(GenerationParameters.read(file)
                .orElseThrow(() -> new InvalidFileException(file, "has no parameters that say how it was made")));
    }
}
