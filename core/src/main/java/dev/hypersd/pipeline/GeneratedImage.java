package dev.hypersd.pipeline;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import java.nio.file.Path;

/**
 * A picture and how it was made.
 *
 * @param image the picture
 * @param parameters prompt and settings, as other tools read them
 * @param seed the seed that draws it again
 */
public record GeneratedImage(Image image, GenerationParameters parameters, long seed) {
    /**
     * Writes the picture, in the format that the extension of {@code file} names, with its parameters inside. The file
     * appears whole or not at all.
     */
    public void save(Path file) {
        image.write(file, parameters);
    }
}
