package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;

/** What is evaluated. */
@FunctionalInterface
public interface Generator {
    /** The picture of {@code prompt}; the same seed draws the same picture. */
    Image draw(TestPrompt prompt, long seed);

    /** The pictures that the prompts were written for: what a perfect model would draw. */
    static Generator data() {
        return (prompt, seed) ->
                Scenes.of(Split.TEST, prompt.number() + 1).get(prompt.number()).image();
    }
}
