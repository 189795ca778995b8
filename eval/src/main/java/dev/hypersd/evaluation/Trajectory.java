package dev.hypersd.evaluation;

import dev.hypersd.data.Pixels;
import dev.hypersd.image.Image;
import dev.hypersd.judge.Scores;
import dev.hypersd.tensor.Engine;
import java.util.List;

/** How well a student keeps to its teacher's trajectories: whether it arrives where the teacher does from the same noise. */
final class Trajectory {
    private Trajectory() {}

    /**
     * The mean squared difference of each picture to the one in the same place, of pixels -1..1.
     *
     * @param images at least one
     * @param taught as many of the same size
     */
    static List<Double> errors(List<Image> images, List<Image> taught) {
        return Engine.infer(() -> Scores.of(
                Pixels.of(images).sub(Pixels.of(taught)).square().flatten(1, 3).mean(1)));
    }
}
