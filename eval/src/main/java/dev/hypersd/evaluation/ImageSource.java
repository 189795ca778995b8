package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;

/** A source of pictures to evaluate. */
@FunctionalInterface
public interface ImageSource {
    /**
     * The pictures of a batch.
     *
     * @param images a picture for each prompt, in the same order
     * @param milliseconds the time of drawing one; empty if they were not drawn
     */
    record Pictures(List<Image> images, OptionalDouble milliseconds) {
        public Pictures {
            images = List.copyOf(images);
        }

        /** Creates pictures that were not drawn now. */
        static Pictures of(List<Image> images) {
            return new Pictures(images, OptionalDouble.empty());
        }
    }

    /** Returns the pictures of {@code batch}; the same batch always gives the same ones. */
    Pictures pictures(PromptBatch batch);

    /**
     * Returns the test scenes that the prompts describe, which a perfect model would draw. Repetitions differ in
     * attributes that the prompts do not name.
     */
    static ImageSource groundTruth() {
        return batch -> {
            Scenes scenes = Scenes.of(Split.TEST, batch.prompts().getLast().number() + 1);
            return Pictures.of(batch.prompts().stream()
                    .map(TestPrompt::number)
                    .map(number ->
                            batch.repetition() == 0 ? scenes.get(number) : scenes.another(number, batch.repetition()))
                    .map(sample -> sample.image())
                    .toList());
        };
    }

    /** Returns the pictures of this source changed by {@code change}. */
    default ImageSource then(UnaryOperator<List<Image>> change) {
        return batch -> {
            Pictures before = pictures(batch);
            return new Pictures(change.apply(before.images()), before.milliseconds());
        };
    }
}
