package dev.hypersd.evaluation;

import dev.hypersd.judge.FeatureKind;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides whether pictures look like test scenes. The attribute reader finds attributes in any picture, even in a
 * photograph, where they mean nothing. A picture is strange if its distance from the nearest scene, measured on the
 * reader's features, is larger than that of almost every other scene.
 */
final class SceneWorld {
    /** The fraction of scenes that are not strange, by definition. */
    private static final double USUAL = 0.99;

    /** The fraction of strange pictures above which there is a warning. */
    private static final double MANY = 0.5;

    /** The greatest number of scenes that are compared; the time grows with its square. */
    private static final int MOST = 1000;

    private final List<float[]> scenes;
    private final double usual;

    /**
     * Measures the usual distances.
     *
     * @param scenes judgements of test scenes
     * @param others judgements of other test scenes
     */
    SceneWorld(List<Judgement> scenes, List<Judgement> others) {
        this.scenes = features(scenes).toList();
        double[] distances =
                features(others).mapToDouble(this::distance).sorted().toArray();
        this.usual = distances.length == 0
                ? Double.POSITIVE_INFINITY
                : distances[(int) Math.min(distances.length - 1.0, USUAL * distances.length)];
    }

    private static Stream<float[]> features(List<Judgement> judgements) {
        return judgements.stream()
                .filter(judgement -> judgement.picture().counts())
                .limit(MOST)
                .flatMap(judgement -> Stream.ofNullable(judgement.features().get(FeatureKind.ATTRIBUTES)));
    }

    /** Returns a warning if most of the pictures do not look like scenes. */
    Optional<String> warning(List<Judgement> judgements) {
        double[] distances = features(judgements).mapToDouble(this::distance).toArray();
        long strange = Arrays.stream(distances).filter(d -> d > usual).count();
        return strange > MANY * distances.length
                ? Optional.of(
                        ("%d of %d pictures do not look like test scenes: the attributes that are found in them mean "
                                        + "little, and so do distances on the features of the attribute reader")
                                .formatted(strange, distances.length))
                : Optional.empty();
    }

    /** The distance to the nearest scene. */
    private double distance(float[] picture) {
        return scenes.stream()
                .mapToDouble(scene -> distance(scene, picture))
                .min()
                .orElse(0);
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
