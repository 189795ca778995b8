package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Style;
import java.util.Optional;

/**
 * {@code data.scenes}: pictures that are drawn when they are needed. Those held out are of the validation split.
 *
 * @param count pictures of the training split
 * @param style the only one, if there is to be only one
 */
record DrawnPictures(int count, int pixels, Optional<Style> style) implements DataSection {
    private static final int HELD_OUT = 2048;

    @Override
    public Parts open() {
        return new Parts(scenes(Split.TRAIN, count), scenes(Split.VALIDATION, HELD_OUT));
    }

    /** What is learned from, with all that is known of it. */
    Dataset<Sample> samples() {
        return all(Split.TRAIN, count);
    }

    private Dataset<CaptionedImage> scenes(Split split, int howMany) {
        return all(split, howMany).map(Sample::captioned);
    }

    private Dataset<Sample> all(Split split, int howMany) {
        return new Scenes(split, howMany, pixels, style, 0);
    }
}
