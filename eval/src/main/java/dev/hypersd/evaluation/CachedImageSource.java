package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Keeps the pictures of another source in a folder, one PNG each, so that those that others are compared with are drawn
 * once.
 *
 * @param source draws what is not in the folder
 * @param folder made when something is drawn; it belongs to one source and one seed
 */
public record CachedImageSource(ImageSource source, Path folder) implements ImageSource {
    /**
     * Reads the pictures of a batch, or draws and keeps them if one of them is missing.
     *
     * @throws dev.hypersd.error.InvalidFileException if one that was kept cannot be read
     * @throws dev.hypersd.error.HyperSdException if the folder cannot be made or a picture cannot be written
     */
    @Override
    public List<Image> images(PromptBatch batch) {
        List<Path> files = batch.prompts().stream()
                .map(prompt -> folder.resolve("%d-%d.png".formatted(prompt.number(), batch.repetition())))
                .toList();
        if (files.stream().allMatch(Files::exists)) {
            return files.stream().map(Image::read).toList();
        }
        List<Image> drawn = source.images(batch);
        Evaluation.make(folder);
        IntStream.range(0, drawn.size()).forEach(i -> drawn.get(i).write(files.get(i)));
        return drawn;
    }
}
