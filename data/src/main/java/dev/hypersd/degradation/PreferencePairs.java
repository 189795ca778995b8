package dev.hypersd.degradation;

import dev.hypersd.data.Dataset;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.image.Image;
import dev.hypersd.scene.Caption;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;

/** Scenes with a worse picture and a wrong caption each; the scenes' seed and the number decide which. */
public record PreferencePairs(Scenes scenes) implements Dataset<PreferencePairs.PreferencePair> {
    /** Tells these choices from those that the scenes were made with. */
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

    /** Not every mistake can be made in every scene, nor is every one spoken of. */
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
     * A picture with its caption, and each of them once worse than it could be.
     *
     * @param degraded the picture after a {@link Degradation}
     * @param wrong the caption with a {@link CaptionError}
     */
    public record PreferencePair(Image image, String caption, Image degraded, String wrong) {}
}
