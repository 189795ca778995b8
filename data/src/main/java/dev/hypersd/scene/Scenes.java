package dev.hypersd.scene;

import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.Style;
import dev.hypersd.scene.drawing.Painter;
import dev.hypersd.scene.drawing.Painter.Painting;
import java.util.List;
import java.util.Optional;

/**
 * A data set of scenes with captions, each drawn when it is requested. The split, the seed and the number determine all
 * of a sample.
 *
 * @param split the split; training and validation never show the combinations that are held out
 * @param count the number of samples
 * @param pixels width and height of the pictures, at least 32
 * @param style the style of all pictures, or empty for random ones. Captions name random styles in either case, so that
 *     a model learns to draw one style whatever its prompt names
 * @param seed the seed of the whole data set
 */
public record Scenes(Split split, long count, int pixels, Optional<Style> style, long seed) implements Dataset<Sample> {
    private static final long SCENE = 0;
    private static final long ARRANGEMENT = 1;
    private static final long CAPTION = 2;
    private static final long PAINTING = 3;
    private static final long VARIATION = 4;
    private static final long NAMED_STYLE = 5;

    public Scenes {
        if (count < 1) {
            throw new IllegalArgumentException("a set has at least 1 scene, not " + count);
        }
        if (pixels < 32) {
            throw new IllegalArgumentException("a scene is at least 32 pixels wide, not " + pixels);
        }
    }

    /** Returns a data set of all styles, with pictures of 128x128 pixels. */
    public static Scenes of(Split split, long count) {
        return new Scenes(split, count, 128, Optional.empty(), 0);
    }

    @Override
    public long size() {
        return count;
    }

    @Override
    public Sample get(long index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("there are scenes 0 to %d, not %d".formatted(count - 1, index));
        }
        return sample(index, scene(index), random(index, ARRANGEMENT), random(index, PAINTING));
    }

    @Override
    public Optional<Origin> origin(long index) {
        String scene = "scene %d of %s, %d pixels, %s, seed %d".formatted(index, split, pixels, style, seed);
        return Optional.of(new Origin(
                Optional.empty(),
                () -> new Origin.Contents(scene, List.of(caption(index).text()))));
    }

    /**
     * Returns another sample that the caption of scene {@code index} describes: attributes that the caption leaves out
     * are chosen anew.
     *
     * @param number distinguishes the samples made for one caption
     */
    public Sample another(long index, int number) {
        SeededRandom random = new SeededRandom(seed, split.ordinal(), index, VARIATION, number);
        Scene scene = new Variation(random).of(scene(index), caption(index).attributes());
        return sample(index, scene, random, random);
    }

    private Sample sample(long index, Scene scene, SeededRandom arranging, SeededRandom painting) {
        List<PlacedObject> objects = new Arrangement(arranging).of(scene.layout());
        Painting painted = Painter.paint(scene.background(), scene.style(), objects, pixels, painting);
        return new Sample(painted.image(), caption(index), scene, objects, painted.masks());
    }

    /** Returns the scene of a sample without drawing it. */
    public Scene scene(long index) {
        return new SceneGrammar(random(index, SCENE), split == Split.TEST).scene(style);
    }

    /** Returns the caption of a sample without drawing the picture. */
    public Caption caption(long index) {
        return caption(index, scene(index));
    }

    /**
     * Returns the caption that sample {@code index} would have if its picture showed {@code shown}, in the same words
     * as far as possible.
     */
    public Caption caption(long index, Scene shown) {
        Style named = style.isEmpty() ? shown.style() : SceneGrammar.style(random(index, NAMED_STYLE));
        return new CaptionGrammar(random(index, CAPTION)).of(shown, named);
    }

    private SeededRandom random(long index, long purpose) {
        return new SeededRandom(seed, split.ordinal(), index, purpose);
    }
}
