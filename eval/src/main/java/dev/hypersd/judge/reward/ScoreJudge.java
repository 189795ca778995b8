package dev.hypersd.judge.reward;

import dev.hypersd.image.Image;
import java.util.List;

/** A judge that gives each picture a score as a picture of a text, and can be a reward model. */
public interface ScoreJudge extends Reward {
    /**
     * Scores pictures; higher is better.
     *
     * @param images at least one, of any sizes
     * @param texts the texts that the pictures should fit, as many
     */
    List<Double> scores(List<Image> images, List<String> texts);
}
