package dev.hypersd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.judge.FeatureKind;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SceneWorldTest {
    private static final int PICTURES = 200;

    private final SceneWorld world = new SceneWorld(around(0, PICTURES, 1), around(0, PICTURES, 2));

    @Test
    void picturesThatLookLikeScenesAreNotWarnedOf() {
        assertThat(world.warning(around(0, PICTURES, 3))).isEmpty();
    }

    @Test
    void picturesThatDoNotLookLikeScenesAreWarnedOf() {
        assertThat(world.warning(around(6, PICTURES, 3)))
                .hasValue(
                        "200 of 200 pictures do not look like test scenes: the attributes that are found in them mean "
                                + "little, and so do distances on the features of the attribute reader");
    }

    @Test
    void aModelWithoutFeaturesIsNotWarnedOf() {
        assertThat(world.warning(List.of(Judgement.of(new Picture(0, 0, "0"), OptionalDouble.empty()))))
                .isEmpty();
    }

    /** Judgements with normally distributed features around {@code mean}. */
    private static List<Judgement> around(double mean, int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> new Judgement(
                        new Picture(i, 0, "0"),
                        List.of(),
                        Map.of(),
                        Map.of(FeatureKind.ATTRIBUTES, new float[] {
                            (float) (mean + random.nextGaussian()), (float) (mean + random.nextGaussian())
                        }),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()))
                .toList();
    }
}
