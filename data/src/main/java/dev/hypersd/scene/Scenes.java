package dev.hypersd.scene;

import dev.hypersd.data.Dataset;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.Style;
import dev.hypersd.scene.drawing.Painter;
import dev.hypersd.scene.drawing.Painter.Painting;
import java.util.List;
import java.util.Optional;

/**
 * Captioned pictures without end, each drawn when it is asked for. Split, seed and number decide all of it.
 *
 * @param split training and validation never show the combinations that are held out
 * @param count how many there are to be
 * @param pixels width and height, at least 32
 * @param style the only one, if it is not left to chance; captions then name styles as if it were, so that a model
 *     learns this one whatever it is told
 * @param seed of the whole set
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

    /** Scenes of all styles, 128 pixels wide. */
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

    /**
     * Another picture that the caption of scene {@code index} is right about: what it leaves open is chosen anew.
     *
     * @param number tells such pictures apart
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

    /** The truth alone, without drawing it. */
    public Scene scene(long index) {
        return new SceneGrammar(random(index, SCENE), split == Split.TEST).scene(style);
    }

    /** The caption alone, without drawing the picture. */
    public Caption caption(long index) {
        return caption(index, scene(index));
    }

    /** What the caption would say, in the same words as far as possible, if the picture showed {@code shown}. */
    public Caption caption(long index, Scene shown) {
        Style named = style.isEmpty() ? shown.style() : SceneGrammar.style(random(index, NAMED_STYLE));
        return new CaptionGrammar(random(index, CAPTION)).of(shown, named);
    }

    private SeededRandom random(long index, long purpose) {
        return new SeededRandom(seed, split.ordinal(), index, purpose);
    }
}
