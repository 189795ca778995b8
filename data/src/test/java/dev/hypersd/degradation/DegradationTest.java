package dev.hypersd.degradation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.image.Image;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DegradationTest {
    private static final Image PICTURE = Scenes.of(Split.TRAIN, 4).get(3).image();

    @ParameterizedTest
    @EnumSource
    void everyDegradationIsVisibleAndReproducible(Degradation degradation) {
        Image worse = degradation.apply(PICTURE, new SeededRandom(1));
        assertThat(worse.width()).isEqualTo(PICTURE.width());
        assertThat(worse.height()).isEqualTo(PICTURE.height());
        assertThat(meanDifference(worse, PICTURE)).isGreaterThan(2);
        assertThat(degradation.apply(PICTURE, new SeededRandom(1))).isEqualTo(worse);
    }

    private static double meanDifference(Image a, Image b) {
        byte[] x = a.rgb();
        byte[] y = b.rgb();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.abs((x[i] & 255) - (y[i] & 255));
        }
        return sum / x.length;
    }
}
