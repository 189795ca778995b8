package dev.hypersd.judge;

import dev.hypersd.image.Image;
import java.util.List;

/** A network that gives features of whole pictures, which distances between sets of pictures are measured on. */
public interface FeatureNetwork {
    /**
     * Returns the features of each picture, of the same number for every picture.
     *
     * @param images at least one, of any sizes
     */
    List<float[]> features(List<Image> images);

    /** Returns how pictures are prepared for the network, for reports. */
    default String preparation() {
        return "as they are";
    }
}
