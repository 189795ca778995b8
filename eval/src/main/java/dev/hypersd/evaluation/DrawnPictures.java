package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The pictures that a contestant draws. If a folder is given, each is kept there as a PNG file with its parameters, and
 * is not drawn again as long as its file exists, so that other judges can be used without the model.
 *
 * @param contestant the contestant
 * @param models loads the model when a picture has to be drawn
 * @param batch the greatest number of pictures that are drawn at once
 * @param kept the folder of the pictures, which are in a sub-folder named by the contestant's fingerprint; it is
 *     created with the first picture
 */
public record DrawnPictures(Contestant contestant, LoadedModel models, int batch, Optional<Path> kept)
        implements ImageSource {
    /**
     * Returns the pictures of a batch.
     *
     * @throws dev.hypersd.error.InvalidFileException if a kept file cannot be read
     */
    @Override
    public Pictures pictures(PromptBatch prompts) {
        List<Path> files = files(prompts);
        if (!files.isEmpty() && files.stream().allMatch(Files::exists)) {
            return Pictures.of(files.stream().map(Image::read).toList());
        }
        DiffusionPipeline pipeline = models.of(contestant, batch);
        ImageRequest request = request(prompts);
        long begin = System.nanoTime();
        List<GeneratedImage> drawn = pipeline.generate(request);
        double milliseconds = (System.nanoTime() - begin) / 1e6 / drawn.size();
        if (!files.isEmpty()) {
            make(files.getFirst().resolveSibling(""));
            IntStream.range(0, files.size()).forEach(i -> drawn.get(i).save(files.get(i)));
        }
        return new Pictures(drawn.stream().map(GeneratedImage::image).toList(), OptionalDouble.of(milliseconds));
    }

    /** Returns the files in which the pictures are kept, whether or not they were drawn; none where none are kept. */
    public List<Path> files(PromptBatch prompts) {
        return kept.map(folder -> files(folder, prompts)).orElse(List.of());
    }

    /** Returns a picture that is kept. */
    Image picture(Judgement.Picture picture) {
        return Image.read(kept.orElseThrow().resolve(contestant.fingerprint()).resolve(name(picture)));
    }

    private ImageRequest request(PromptBatch prompts) {
        Prompt blank = contestant.request().promptOf(0);
        return contestant.request().toBuilder()
                .prompts(prompts.prompts().stream()
                        .map(prompt -> prompt.over(blank))
                        .toList())
                .seed(prompts.seed())
                .build();
    }

    /**
     * Returns the files of the pictures. Their names contain the number of the prompt, and digits of a hash of the
     * prompt and the seed, since the number may be that of another prompt elsewhere.
     */
    private List<Path> files(Path folder, PromptBatch prompts) {
        Path own = folder.resolve(contestant.fingerprint());
        return prompts.pictures().stream()
                .map(picture -> own.resolve(name(picture)))
                .toList();
    }

    private static String name(Judgement.Picture picture) {
        return "%06d-%s.png".formatted(picture.number(), picture.digits());
    }

    /** Creates {@code folder} if it does not exist. */
    static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
    }
}
