package dev.hypersd.degradation;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.scene.Caption;
import dev.hypersd.scene.Choice;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;

/** Scenes with a worse picture and a wrong caption each; the scenes' seed and the number decide which. */
public record Comparisons(Scenes scenes) implements Dataset<Comparison> {
    /** Tells these choices from those that the scenes were made with. */
    private static final long PURPOSE = 100;

    @Override
    public long size() {
        return scenes.size();
    }

    @Override
    public Comparison get(long index) {
        Sample sample = scenes.get(index);
        Choice choice = new Choice(scenes.seed(), scenes.split().ordinal(), index, PURPOSE);
        Image degraded = choice.of(Degradation.values()).apply(sample.image(), choice);
        return new Comparison(sample.image(), sample.caption().text(), degraded, wrong(index, sample, choice));
    }

    /** Not every mistake can be made in every scene, nor is every one spoken of. */
    private String wrong(long index, Sample sample, Choice choice) {
        while (true) {
            Mistake mistake = choice.of(Mistake.values());
            Caption told = scenes.caption(index, mistake.in(sample.scene(), choice));
            if (!told.text().equals(sample.caption().text())) {
                return told.text();
            }
        }
    }
}
