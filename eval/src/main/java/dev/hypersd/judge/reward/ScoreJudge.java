package dev.hypersd.judge.reward;

import dev.hypersd.image.Image;
import java.util.List;

/** A judge that scores how well pictures suit texts, and can be used as a reward model. */
public interface ScoreJudge extends Reward {
    /**
     * Scores pictures; higher is better.
     *
     * @param images at least one, of any sizes
     * @param texts the text that each picture should fit
     */
    List<Double> scores(List<Image> images, List<String> texts);

    /** Returns a description of the network for reports. */
    String network();

    /** Describes how pictures are resized and cropped before they are scored, for reports. */
    String preparation();
}
