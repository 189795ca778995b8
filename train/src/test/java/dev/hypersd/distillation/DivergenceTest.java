package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DivergenceTest {
    private static final float[] RATIOS = {0.1f, 0.5f, 1, 3, 20};

    /** The functions f of the paper's table 1, from which the weights follow as {@code f''(r) r^2}. */
    private static DoubleUnaryOperator f(Divergence divergence) {
        return switch (divergence) {
            case REVERSE_KL -> r -> -Math.log(r);
            case FORWARD_KL -> r -> r * Math.log(r);
            case JENSEN_SHANNON -> r -> r * Math.log(r) - (r + 1) * Math.log((r + 1) / 2);
            case SQUARED_HELLINGER -> r -> Math.pow(1 - Math.sqrt(r), 2);
            case JEFFREYS -> r -> (r - 1) * Math.log(r);
            case SOFTENED_REVERSE_KL -> r -> (r + 1) * Math.log(0.5 + 0.5 / r);
        };
    }

    @ParameterizedTest
    @EnumSource
    void weightsAreTheSecondDerivativeOfTheDivergenceTimesTheSquareOfTheRatio(Divergence divergence) {
        float[] weights = Engine.infer(() ->
                TensorScope.released(() -> Tensors.toFloats(divergence.weights(Tensors.of(RATIOS, RATIOS.length)))));

        // Up to a constant factor, here that at a ratio of 1; a second difference is exact to a millionth.
        for (int i = 0; i < RATIOS.length; i++) {
            assertThat(weights[i] / weights[2] * curvature(f(divergence), 1))
                    .as("at a ratio of " + RATIOS[i])
                    .isCloseTo(curvature(f(divergence), RATIOS[i]) * RATIOS[i] * RATIOS[i], withinPercentage(0.1));
        }
    }

    private static double curvature(DoubleUnaryOperator f, double r) {
        double h = 1e-3 * r;
        return (f.applyAsDouble(r + h) - 2 * f.applyAsDouble(r) + f.applyAsDouble(r - h)) / (h * h);
    }

    @ParameterizedTest
    @EnumSource
    void theMeanWeightOfABatchIsOne(Divergence divergence) {
        float[] weights = Engine.infer(() ->
                TensorScope.released(() -> Tensors.toFloats(divergence.normalised(Tensors.of(RATIOS, RATIOS.length)))));

        double mean = 0;
        for (float weight : weights) {
            mean += weight / weights.length;
        }
        assertThat(mean).isCloseTo(1, within(1e-6));
    }

    @Test
    void picturesThatTheStudentDrawsTooSeldomWeighMoreForDivergencesThatCoverModes() {
        float[][] weights = Engine.infer(() -> TensorScope.released(() -> new float[][] {
            Tensors.toFloats(Divergence.JENSEN_SHANNON.normalised(Tensors.of(RATIOS, RATIOS.length))),
            Tensors.toFloats(Divergence.SOFTENED_REVERSE_KL.normalised(Tensors.of(RATIOS, RATIOS.length)))
        }));

        assertThat(weights[0]).isSorted();
        assertThat(weights[1][0]).isGreaterThan(weights[1][4]);
    }
}
