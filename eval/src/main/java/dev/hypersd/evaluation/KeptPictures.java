package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pictures that are asked for again, because others are compared with them: drawn once and then read from a folder, one PNG each.
 *
 * @param generator draws what is not in the folder
 * @param folder made when something is drawn; for one generator and one seed
 */
public record KeptPictures(Generator generator, Path folder) implements Generator {
    /**
     * Reads the pictures, or draws and keeps them if one is missing.
     *
     * @throws dev.hypersd.error.InvalidFileException if one that was kept cannot be read
     * @throws dev.hypersd.error.HyperSdException if the folder cannot be made or a picture cannot be written
     */
    @Override
    public List<Image> draw(PromptBatch batch) {
        List<Path> files = batch.prompts().stream()
                .map(prompt -> folder.resolve("%d-%d.png".formatted(prompt.number(), batch.repetition())))
                .toList();
        if (files.stream().allMatch(Files::exists)) {
            return files.stream().map(Image::read).toList();
        }
        List<Image> drawn = generator.draw(batch);
        Evaluation.make(folder);
        IntStream.range(0, drawn.size()).forEach(i -> drawn.get(i).write(files.get(i)));
        return drawn;
    }
}
