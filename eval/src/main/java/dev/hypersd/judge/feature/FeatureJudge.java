package dev.hypersd.judge.feature;

import dev.hypersd.image.Image;
import java.util.List;

/** A judge that describes each picture by a vector. */
@FunctionalInterface
public interface FeatureJudge {
    /**
     * Returns the vector of each picture, all of one length.
     *
     * @param images at least one, of any sizes
     */
    List<double[]> features(List<Image> images);
}
