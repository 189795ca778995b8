package dev.hypersd.degradation;

import dev.hypersd.data.Dataset;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.image.Image;
import dev.hypersd.scene.Caption;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import java.util.function.IntFunction;

/**
 * A data set for preference learning: for each scene a degraded picture and a wrong caption. Both are determined by the
 * seed of the scenes and the number of the sample.
 */
public record PreferencePairs(Scenes scenes) implements Dataset<PreferencePairs.PreferencePair> {
    /** How many other samples are tried until one has another caption. */
    private static final int TRIES = 32;

    /** Distinguishes the random choices made here from those that made the scenes. */
    private static final long PURPOSE = 100;

    @Override
    public long size() {
        return scenes.size();
    }

    @Override
    public PreferencePair get(long index) {
        Sample sample = scenes.get(index);
        SeededRandom random = new SeededRandom(scenes.seed(), scenes.split().ordinal(), index, PURPOSE);
        Image degraded = random.of(Degradation.values()).apply(sample.image(), random);
        return new PreferencePair(sample.image(), sample.caption().text(), degraded, wrong(index, sample, random));
    }

    /**
     * Returns a wrong caption. Kinds of errors are tried until one changes the caption, since not every error is
     * possible in every scene, and captions leave out attributes.
     */
    private String wrong(long index, Sample sample, SeededRandom random) {
        while (true) {
            CaptionError mistake = random.of(CaptionError.values());
            Caption told = scenes.caption(index, mistake.in(sample.scene(), random));
            if (!told.text().equals(sample.caption().text())) {
                return told.text();
            }
        }
    }

    /**
     * A picture with its caption, a degraded picture and a wrong caption.
     *
     * @param degraded the picture after a {@link Degradation}
     * @param wrong a caption with a {@link CaptionError}
     */
    public record PreferencePair(Image image, String caption, Image degraded, String wrong) {}

    /**
     * Returns the caption of another sample; the same one if all that are tried have it, and then there is nothing to
     * learn from it.
     *
     * @param size the number of samples
     * @param captions returns the caption of a sample
     */
    static String otherCaption(String caption, long size, IntFunction<String> captions, SeededRandom random) {
        String other = caption;
        for (int i = 0; i < TRIES && other.equals(caption); i++) {
            other = captions.apply(random.below(Math.toIntExact(size)));
        }
        return other;
    }
}
