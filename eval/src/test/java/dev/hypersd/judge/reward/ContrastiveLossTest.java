package dev.hypersd.judge.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ContrastiveLossTest {
    @Test
    void theLossOfOrthogonalPairsIsThatOfTheFormula() {
        Engine.infer(() -> {
            Tensor unit = Tensors.of(new float[] {1, 0, 0, 1}, 2, 2);
            double scale = 3;
            // Each search has logits (3, 0) with the first one right.
            double expected = Math.log(1 + Math.exp(-scale));
            assertThat(loss(unit, unit, scale)).isCloseTo(expected, within(1e-6));
            return 0;
        });
    }

    @Test
    void guessingCostsTheLogarithmOfTheBatch() {
        Engine.infer(() -> {
            Tensor same = Tensors.of(new float[] {1, 0, 1, 0, 1, 0}, 3, 2);
            assertThat(loss(same, same, 10)).isCloseTo(Math.log(3), within(1e-6));
            return 0;
        });
    }

    @Test
    void theContrastiveLossCountsConfusedTextsAndConfusedPictures() {
        Engine.infer(() -> {
            Tensor texts = Tensors.of(new float[] {1, 0, 1, 0}, 2, 2);
            Tensor pictures = Tensors.of(new float[] {1, 0, 0, 1}, 2, 2);
            // Texts: logits (2, 0) twice, right once and wrong once; pictures: all alike.
            double texting = (Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(2))) / 2;
            assertThat(loss(texts, pictures, 2)).isCloseTo((texting + Math.log(2)) / 2, within(1e-6));
            return 0;
        });
    }

    @Test
    void mixedPrecisionDoesNotRoundTheSearch() {
        Engine.infer(() -> {
            Tensor texts = Tensors.of(new float[] {0.6f, 0.8f, 0.601f, 0.799f}, 2, 2);
            double expected = loss(texts, texts, 100);
            double mixed = Autocast.during(Dtype.BF16, () -> loss(texts, texts, 100));
            assertThat(mixed).isCloseTo(expected, within(1e-6));
            return 0;
        });
    }

    @Test
    void accuracyIsTheShareOfTextsThatFindTheirPicture() {
        Engine.infer(() -> {
            Tensor pictures = Tensors.of(new float[] {1, 0, 0, 1, 0.6f, 0.8f}, 3, 2);
            Tensor texts = Tensors.of(new float[] {1, 0, 0.6f, 0.8f, 0.6f, 0.8f}, 3, 2);
            assertThat(ContrastiveLoss.accuracy(texts, pictures).item_double()).isCloseTo(2.0 / 3, within(1e-6));
            return 0;
        });
    }

    private static double loss(Tensor texts, Tensor pictures, double scale) {
        return ContrastiveLoss.of(texts, pictures, Tensors.of(new float[] {(float) scale}, 1))
                .item_double();
    }
}
