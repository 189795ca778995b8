package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A source of the pictures that are evaluated. */
@FunctionalInterface
public interface ImageSource {
    /** Returns a picture for each prompt, in the same order; the same batch always gives the same pictures. */
    List<Image> images(PromptBatch batch);

    /**
     * Returns the test scenes themselves, which the prompts describe: what a perfect model would draw. Repetitions
     * differ in what the prompts leave open.
     */
    static ImageSource groundTruth() {
        return batch -> {
            Scenes scenes = Scenes.of(Split.TEST, batch.prompts().getLast().number() + 1);
            return batch.prompts().stream()
                    .map(TestPrompt::number)
                    .map(number ->
                            batch.repetition() == 0 ? scenes.get(number) : scenes.another(number, batch.repetition()))
                    .map(sample -> sample.image())
                    .toList();
        };
    }

    /**
     * Returns the pictures that a model draws.
     *
     * @param request all options but prompts and seed
     */
    static ImageSource of(DiffusionPipeline pipeline, ImageRequest request) {
        Prompt blank = request.promptOf(0);
        return batch -> {
            List<Prompt> prompts = batch.prompts().stream()
                    .map(prompt -> blank.withText(prompt.text()))
                    .toList();
            return pipeline
                    .generate(request.toBuilder()
                            .prompts(prompts)
                            .seed(batch.seed())
                            .build())
                    .stream()
                    .map(GeneratedImage::image)
                    .toList();
        };
    }

    /** Returns the same pictures after {@code change}. */
    default ImageSource then(UnaryOperator<List<Image>> change) {
        return batch -> change.apply(images(batch));
    }

    /**
     * Returns the same pictures, kept in a folder as PNG files, so that each is drawn once.
     *
     * @param folder belongs to this source and one seed; made when the first picture is drawn. A file in it that cannot
     *     be read is reported as an {@link dev.hypersd.error.InvalidFileException}
     */
    default ImageSource cachedIn(Path folder) {
        return batch -> {
            List<Path> files = batch.prompts().stream()
                    .map(prompt -> folder.resolve("%d-%d.png".formatted(prompt.number(), batch.repetition())))
                    .toList();
            if (files.stream().allMatch(Files::exists)) {
                return files.stream().map(Image::read).toList();
            }
            List<Image> drawn = images(batch);
            Evaluation.make(folder);
            IntStream.range(0, drawn.size()).forEach(i -> drawn.get(i).write(files.get(i)));
            return drawn;
        };
    }
}
