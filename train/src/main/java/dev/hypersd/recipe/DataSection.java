package dev.hypersd.recipe;

import dev.hypersd.data.Captioned;
import dev.hypersd.data.Dataset;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.Style;
import java.util.Optional;

/**
 * The section {@code data} of a recipe: which pictures are learned from.
 *
 * @param count pictures of the training split
 * @param pixels width and height
 * @param style the only one, if there is to be only one
 */
record ScenesSection(int count, int pixels, Optional<Style> style) {
    private static final int HELD_OUT = 2048;

    static ScenesSection read(Section root) {
        Section data = root.section("data");
        ScenesSection scenes = new ScenesSection(
                data.count("scenes", 100_000, 1),
                data.count("size", 128, 32),
                data.has("style") ? Optional.of(data.one("style", Style.FLAT)) : Optional.empty());
        data.refuseUnread();
        return scenes;
    }

    Dataset<Sample> training() {
        return new Scenes(Split.TRAIN, count, pixels, style, 0);
    }

    Dataset<Sample> validation() {
        return new Scenes(Split.VALIDATION, HELD_OUT, pixels, style, 0);
    }

    static Captioned captioned(Sample sample) {
        return new Captioned(sample.image(), sample.caption().text());
    }
}
