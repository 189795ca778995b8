package dev.hypersd.evaluation;

import dev.hypersd.judge.FeatureKind;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells whether pictures look like test scenes, so that what the attribute reader sees in them means something: it
 * answers for any picture, a photograph too. A picture is strange if no scene is as near to it, by the reader's
 * features, as one is to almost every scene.
 */
final class SceneWorld {
    /** The share of scenes that are not strange. */
    private static final double USUAL = 0.99;

    /** The share of strange pictures from which on a model is warned of. */
    private static final double MANY = 0.5;

    /** More tell no more, and take the square of their number. */
    private static final int MOST = 1000;

    private final List<float[]> scenes;
    private final double usual;

    /**
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

    /** Says that a model no longer draws scenes, if so. */
    Optional<String> warning(List<Judgement> judgements) {
        double[] distances = features(judgements).mapToDouble(this::distance).toArray();
        long strange = Arrays.stream(distances).filter(d -> d > usual).count();
        return strange > MANY * distances.length
                ? Optional.of(
                        ("%d of %d pictures look like no test scene; what the attribute reader says of them means "
                                        + "little, and so do distances on its features")
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
