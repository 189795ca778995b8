package dev.hypersd.metric;

import java.util.List;

/** The diversity of the pictures of one prompt. */
public final class Diversity {
    private Diversity() {}

    /**
     * Returns the mean Euclidean distance between the features of two pictures.
     *
     * @param features the features of at least two pictures of one prompt
     */
    public static double of(List<double[]> features) {
        if (features.size() < 2) {
            throw new IllegalArgumentException("diversity takes at least 2 pictures, not " + features.size());
        }
        double sum = 0;
        for (int i = 0; i < features.size(); i++) {
            for (int j = 0; j < i; j++) {
                sum += distance(features.get(i), features.get(j));
            }
        }
        return sum / (features.size() * (features.size() - 1) / 2.0);
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
