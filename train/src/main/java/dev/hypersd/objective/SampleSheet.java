package dev.hypersd.objective;

import dev.hypersd.image.Image;
import dev.hypersd.scene.ContactSheet;
import java.util.List;

/** Draws sample pictures on one sheet while a model is trained. */
public final class SampleSheet {
    private static final int COLUMNS = 6;

    private SampleSheet() {}

    /**
     * Draws the sheet.
     *
     * @param prompts at least one
     * @param shape of latents, {@code [C, h, w]}
     */
    public static Image draw(List<SamplePrompt> prompts, TunedModel tuned, long... shape) {
        return ContactSheet.of(
                prompts.stream()
                        .map(prompt -> new ContactSheet.Entry(prompt.draw(tuned, shape), prompt.prompt()))
                        .toList(),
                COLUMNS);
    }
}
