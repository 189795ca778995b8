package dev.hypersd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Checks that a network can be trained: along a random direction through all of its parameters, the slope of a loss is
 * what the gradients say. It finds whatever an operation in place spoils for the backward pass.
 */
public final class GradientCheck {
    /**
     * In F64, whose rounding divided by the step is 1e-9. Of the curvature the difference of both sides leaves the
     * third derivative times the square of the way, a step for each of thousands of parameters: at most 5e-9 of 1,200
     * random networks, a hundred times that with ten times the step.
     */
    private static final double STEP = 1e-7;

    private static final double TOLERANCE = 1e-7;

    private GradientCheck() {}

    /** @param network takes F64 parameters and gives the outputs, all at once in one tensor, for fixed inputs */
    public static void check(Function<Parameters, Supplier<Tensor>> network) {
        Engine.call(() -> {
            try (PointerScope scope = new PointerScope();
                    TensorArena arena = new TensorArena()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F64, arena));
                Supplier<Tensor> output = network.apply(parameters);
                List<Tensor> bases =
                        parameters.all().stream().map(Parameter::base).toList();
                List<Tensor> direction = new ArrayList<>();
                for (Tensor base : bases) {
                    direction.add(torch.randn(Tensors.shape(base), Tensors.options(Dtype.F64)));
                    base.set_requires_grad(true);
                }
                loss(output).backward();

                double expected = 0;
                for (int i = 0; i < bases.size(); i++) {
                    Tensor gradient = bases.get(i).grad();
                    assertThat(gradient.defined())
                            .as("gradient of %s", new ArrayList<>(parameters.all()).get(i))
                            .isTrue();
                    expected += gradient.mul(direction.get(i)).sum().item_double();
                }
                double slope =
                        (moved(output, bases, direction, STEP) - moved(output, bases, direction, -STEP)) / (2 * STEP);
                assertThat(slope).isCloseTo(expected, within(TOLERANCE * (1 + Math.abs(expected))));
                assertThat(expected).isNotZero();
            }
            return 0;
        });
    }

    private static double moved(Supplier<Tensor> output, List<Tensor> bases, List<Tensor> direction, double step) {
        return TensorScope.released(() -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                shift(bases, direction, step);
                double loss = loss(output).item_double();
                shift(bases, direction, -step);
                return loss;
            }
        });
    }

    private static void shift(List<Tensor> bases, List<Tensor> direction, double step) {
        for (int i = 0; i < bases.size(); i++) {
            bases.get(i).add_(direction.get(i), new Scalar(step));
        }
    }

    private static Tensor loss(Supplier<Tensor> output) {
        return output.get().pow(new Scalar(2)).mean(new ScalarTypeOptional());
    }
}
