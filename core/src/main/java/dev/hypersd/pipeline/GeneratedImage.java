package dev.hypersd.pipeline;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import java.nio.file.Path;

/**
 * A generated picture with its parameters.
 *
 * @param image the picture
 * @param parameters prompt and settings, as other programs read them
 * @param seed the seed that draws the same picture again
 */
public record GeneratedImage(Image image, GenerationParameters parameters, long seed) {
    /**
     * Writes the picture with its parameters, in the format that the extension of {@code file} names. The file appears
     * complete or not at all.
     */
    public void save(Path file) {
        image.write(file, parameters);
    }
}
