package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pictures that are asked for again, because others are compared with them: drawn once and then read from a folder, one PNG each.
 *
 * @param generator draws what is not in the folder
 */
public record KeptPictures(Generator generator, Path folder) implements Generator {
    @Override
    public List<Image> draw(PromptBatch batch) {
        List<Path> files = batch.prompts().stream()
                .map(prompt -> folder.resolve("%d-%d.png".formatted(prompt.number(), batch.repetition())))
                .toList();
        if (files.stream().allMatch(Files::exists)) {
            return files.stream().map(Image::read).toList();
        }
        List<Image> drawn = generator.draw(batch);
        make(folder);
        IntStream.range(0, drawn.size()).forEach(i -> drawn.get(i).write(files.get(i)));
        return drawn;
    }

    private static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
    }
}
