package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.nn.GradientCheckpointing;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Losses.Term;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class BalancedWeightTest {
    private static final double BALANCE = 0.5;

    /** By hand: the distance has the gradient (2, 2), the loss has the gradient of {@code steepness (3, 4)}. */
    private static Term term(BalancedWeight weight, Tensor x, double steepness) {
        Tensor distance = x.mul(new Scalar(2)).sum();
        return weight.term(
                "pull",
                x,
                distance,
                at -> at.mul(Tensors.of(new float[] {3, 4}, 2).mul(new Scalar(steepness)))
                        .sum());
    }

    private static Tensor start() {
        return Tensors.of(new float[] {1, -2}, 2).set_requires_grad(true);
    }

    @Test
    void theTermHasTheValueAndTheGradientOfTheLossAndTheWeightOfTheBalance() {
        double[] found = Engine.call(() -> {
            try (TensorArena arena = new TensorArena()) {
                return TensorScope.released(() -> {
                    Tensor x = start();
                    Term term = term(new BalancedWeight(BALANCE, arena), x, 1);
                    term.value().backward();
                    float[] gradient = Tensors.toFloats(x.grad());
                    return new double[] {term.weight(), term.value().item_double(), gradient[0], gradient[1]};
                });
            }
        });

        assertThat(found[0]).isCloseTo(BALANCE * Math.sqrt(8) / 5, within(1e-6));
        assertThat(found[1]).isEqualTo(1 * 3 - 2 * 4);
        assertThat(found[2]).isEqualTo(3);
        assertThat(found[3]).isEqualTo(4);
    }

    @Test
    void theWeightIsTheMeanOfTheFirstHundredBatchesAndThenFollowsSlowly() {
        double[] found = Engine.call(() -> {
            try (TensorArena arena = new TensorArena()) {
                return TensorScope.released(() -> {
                    BalancedWeight weight = new BalancedWeight(BALANCE, arena);
                    double first = term(weight, start(), 1).weight();
                    double second = term(weight, start(), 0.5).weight();
                    for (int i = 2; i < 100; i++) {
                        term(weight, start(), 1);
                    }
                    double before = term(weight, start(), 1).weight();
                    return new double[] {
                        first, second, before, term(weight, start(), 1e-3).weight()
                    };
                });
            }
        });

        assertThat(found[1]).isCloseTo((found[0] + 2 * found[0]) / 2, within(1e-6));
        // The greatest weight, 10, counts a hundredth.
        assertThat(found[3]).isCloseTo(0.99 * found[2] + 0.1, within(1e-5));
    }

    @Test
    void aValidationUsesTheAverageAndDoesNotChangeIt() {
        double[] found = Engine.call(() -> {
            try (TensorArena arena = new TensorArena()) {
                return TensorScope.released(() -> {
                    BalancedWeight weight = new BalancedWeight(BALANCE, arena);
                    double learned = term(weight, start(), 1).weight();
                    double measured =
                            Engine.infer(() -> term(weight, start(), 0.1).weight());
                    return new double[] {learned, measured, Tensors.toFloats(weight.average())[1]};
                });
            }
        });

        assertThat(found[1]).isEqualTo(found[0]);
        assertThat(found[2]).isEqualTo(1);
    }

    @Test
    void itWorksWithinAPassWhoseSegmentsAreComputedAgain() {
        double[] gradient = Engine.call(() -> {
            try (TensorArena arena = new TensorArena();
                    GradientCheckpointing pass = new GradientCheckpointing()) {
                return TensorScope.released(() -> {
                    Tensor x = start();
                    Term term = pass.record(() -> {
                        Tensor prediction = GradientCheckpointing.segment(in -> in[0].mul(new Scalar(2)), x);
                        BalancedWeight weight = new BalancedWeight(BALANCE, arena);
                        Tensor distance = prediction.sum();
                        return weight.term(
                                "pull",
                                prediction,
                                distance,
                                at -> GradientCheckpointing.segment(in -> in[0].square(), at)
                                        .sum());
                    });
                    pass.backward(term.value());
                    float[] found = Tensors.toFloats(x.grad());
                    return new double[] {found[0], found[1]};
                });
            }
        });

        // Of (2 x)^2: 8 x.
        assertThat(gradient).containsExactly(8, -16);
    }
}
