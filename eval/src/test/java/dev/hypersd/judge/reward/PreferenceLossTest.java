package dev.hypersd.judge.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import org.junit.jupiter.api.Test;

class PreferenceLossTest {
    @Test
    void theLossOfPairsIsThatOfTheFormula() {
        assertThat(loss(new float[] {1, 1}, new float[] {1, 1})).isCloseTo(Math.log(2), within(1e-6));
        assertThat(loss(new float[] {3, 0}, new float[] {1, 1}))
                .isCloseTo((Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(1))) / 2, within(1e-6));
        assertThat(loss(new float[] {200}, new float[] {0})).isZero();
        assertThat(loss(new float[] {0}, new float[] {200})).isCloseTo(200, within(1e-4));
    }

    @Test
    void theAccuracyIsTheShareOfPairsInTheRightOrder() {
        double share = Engine.infer(() -> PreferenceLoss.accuracy(
                        Tensors.of(new float[] {2, 0, 1, 5}, 4), Tensors.of(new float[] {1, 1, 1, 4}, 4))
                .item_double());
        assertThat(share).isEqualTo(0.5);
    }

    private static double loss(float[] better, float[] worse) {
        return Engine.infer(() -> PreferenceLoss.of(Tensors.of(better, better.length), Tensors.of(worse, worse.length))
                .item_double());
    }
}
