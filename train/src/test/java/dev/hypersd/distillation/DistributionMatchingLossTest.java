package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class DistributionMatchingLossTest {
    /** By hand: the drawn latents are moved towards what the true score sees and away from what the fake score sees. */
    @Test
    void theGradientPointsFromTheTrueScoreToTheFakeOne() {
        float[][] found = Engine.call(() -> TensorScope.released(() -> {
            Tensor drawn = Tensors.of(new float[] {0, 0, 2, 2}, 2, 1, 1, 2).set_requires_grad(true);
            Tensor real = Tensors.of(new float[] {1, 3, 2, 6}, 2, 1, 1, 2);
            Tensor fake = Tensors.of(new float[] {-1, 1, 4, 2}, 2, 1, 1, 2);
            Tensor target =
                    Gradients.off(() -> DistributionMatchingLoss.target(drawn.detach(), real, fake, each(1, 1)));
            Tensor loss = DistributionMatchingLoss.loss(drawn, target);
            loss.backward();
            return new float[][] {Tensors.toFloats(target), Tensors.toFloats(drawn.grad()), {(float) loss.item_double()}
            };
        }));

        // The mean of |drawn - real| is 2 in either sample: targets are drawn - (fake - real) / 2.
        assertThat(found[0]).containsExactly(1, 1, 1, 4);
        // Of half the mean of four squares: (drawn - target) / 4.
        assertThat(found[1]).containsExactly(-0.25f, -0.25f, 0.25f, -0.5f);
        assertThat(found[2][0]).isCloseTo((1 + 1 + 1 + 4) / 8f, within(1e-6f));
    }

    @Test
    void whereDrawnAndTrueLatentsAreEqualThereIsNoGradientAndNoNan() {
        float[] target = Engine.infer(() -> TensorScope.released(() -> {
            Tensor drawn = Tensors.of(new float[] {1, 2}, 1, 1, 1, 2);
            return Tensors.toFloats(DistributionMatchingLoss.target(drawn, drawn, drawn, each(1)));
        }));

        assertThat(target).containsExactly(1, 2);
    }

    /** By hand: weights scale the differences of the samples, and keep their signs. */
    @Test
    void theDifferenceOfEverySampleHasItsWeight() {
        float[] target = Engine.infer(() -> TensorScope.released(() -> {
            Tensor drawn = Tensors.of(new float[] {0, 0, 2, 2}, 2, 1, 1, 2);
            Tensor real = Tensors.of(new float[] {1, 3, 2, 6}, 2, 1, 1, 2);
            Tensor fake = Tensors.of(new float[] {-1, 1, 4, 2}, 2, 1, 1, 2);
            return Tensors.toFloats(DistributionMatchingLoss.target(drawn, real, fake, each(0.5f, 1.5f)));
        }));

        assertThat(target).containsExactly(0.5f, 0.5f, 0.5f, 5);
    }

    private static Tensor each(float... weights) {
        return Tensors.of(weights, weights.length, 1, 1, 1);
    }
}
