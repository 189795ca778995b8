package dev.hypersd.judge.feature;

import dev.hypersd.image.Image;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A network that gives features of whole pictures, which distances between sets of pictures are measured on. */
public interface FeatureNetwork {
    /**
     * Returns the features of each picture, of the same number for every picture.
     *
     * @param images at least one, of any sizes
     */
    List<float[]> features(List<Image> images);

    /** Returns a description of the network for reports. */
    String network();

    /** Describes the preparation of pictures for reports. */
    String preparation();

    /** Returns the rows of a matrix of features {@code [B, D]}. */
    static List<float[]> rows(Tensor features) {
        int width = (int) features.size(1);
        float[] all = Tensors.toFloats(features);
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < all.length; from += width) {
            rows.add(Arrays.copyOfRange(all, from, from + width));
        }
        return rows;
    }
}
