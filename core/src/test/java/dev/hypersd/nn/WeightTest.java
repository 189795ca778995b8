package dev.hypersd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class WeightTest {
    /** F64, and sums of at most a few hundred products. */
    private static final double ROUNDING = 1e-11;

    /** Layers that take {@code [B, 12, H, W]}, and how they start. */
    enum Layer {
        LINEAR(p -> lastDimension(Linear.of(p, 12, 20))),
        LINEAR_OVER_PIXELS(p -> lastDimension(Linear.pointwise(p, 12, 20))),
        CONVOLUTION(p -> Conv2d.same3x3(p, 12, 20)::forward),
        CONVOLUTION_THAT_SHRINKS(p -> Conv2d.of(p, 12, 20, 3, 2, 1)::forward),
        CONVOLUTION_OF_PIXELS(p -> Conv2d.pointwise(p, 12, 20)::forward);

        private final Function<Parameters, UnaryOperator<Tensor>> maker;

        Layer(Function<Parameters, UnaryOperator<Tensor>> maker) {
            this.maker = maker;
        }

        private static UnaryOperator<Tensor> lastDimension(Linear linear) {
            return x -> linear.forward(x.permute(0, 2, 3, 1));
        }
    }

    /** Returns the output of a layer, and the gradients of its input and of the factors of a change. */
    private record Outcome(double[] output, List<double[]> gradients) {}

    @Property(tries = 60)
    void aLayerComputesTheSameWhetherAChangeIsAddedToTheWeightOrComputedSeparately(
            @ForAll Layer layer,
            @ForAll @IntRange(min = 1, max = 9) int size,
            @ForAll @IntRange(min = 1, max = 8) int rank,
            @ForAll boolean scaled,
            @ForAll boolean learns) {
        Outcome chosen = outcome(layer, size, rank, scaled, learns, weight -> weight);
        Outcome added = outcome(layer, size, rank, scaled, learns, weight -> new Weight(weight.whole()));

        assertThat(chosen.output).containsExactly(added.output, within(ROUNDING));
        assertThat(chosen.gradients).hasSize(learns ? scaled ? 6 : 5 : 0);
        for (int i = 0; i < added.gradients.size(); i++) {
            assertThat(chosen.gradients.get(i)).containsExactly(added.gradients.get(i), within(ROUNDING));
        }
    }

    private static Outcome outcome(
            Layer layer, int size, int rank, boolean scaled, boolean learns, UnaryOperator<Weight> way) {
        Callable<Outcome> work = () -> TensorScope.released(() -> {
            try (TensorArena arena = new TensorArena()) {
                RandomTensors random = new RandomTensors(7);
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F64, arena));
                UnaryOperator<Tensor> forward = layer.maker.apply(parameters);
                Parameter target = parameters.all().iterator().next(); // the bias comes second
                long[] down = target.shape();
                down[0] = rank;
                List<Tensor> leaves = new ArrayList<>();
                leaves.add(normal(random, 2, 12, size, size));
                Weight changed = new Weight(target.base());
                for (double scale : new double[] {0.5, -2}) {
                    LowRank change = new LowRank(normal(random, down), normal(random, 20, rank), scale);
                    leaves.addAll(List.of(change.down(), change.up()));
                    changed = changed.with(change);
                }
                if (scaled) {
                    leaves.add(normal(random, 20));
                    changed = changed.scaled(leaves.getLast());
                }
                leaves.forEach(leaf -> leaf.set_requires_grad(learns));
                Weight used = changed;
                Adapters adapters = parameter -> parameter == target ? way.apply(used) : new Weight(parameter.base());
                Tensor output = adapters.during(() -> forward.apply(leaves.getFirst()));
                if (learns) {
                    output.square().sum().mul(new Scalar(0.01)).backward();
                }
                return new Outcome(
                        doubles(output),
                        learns
                                ? leaves.stream()
                                        .map(leaf -> doubles(leaf.grad()))
                                        .toList()
                                : List.of());
            }
        });
        return learns ? Engine.call(work) : Engine.infer(work);
    }

    @Test
    void aChangeOfAScaledWeightIsAddedAfterTheFactors() {
        Engine.infer(() -> {
            Weight scaled = new Weight(ones(2, 3)).scaled(ones(2).mul(new Scalar(5)));
            Weight changed = scaled.with(new LowRank(ones(1, 3), ones(2, 1), 1));

            assertThat(doubles(changed.whole())).containsOnly(6);
            assertThat(doubles(changed.scaled(ones(2).mul(new Scalar(2))).whole()))
                    .containsOnly(12);
            return 0;
        });
    }

    private static Tensor ones(long... shape) {
        return zeros(shape).add(new Scalar(1));
    }

    @Test
    void changesAreComputedSeparatelyForFewVectorsAndAddedToTheWeightForMany() {
        Engine.infer(() -> {
            Weight weight = new Weight(zeros(20, 12)).with(new LowRank(zeros(4, 12), zeros(20, 4), 1));
            assertThat(weight.at(7)).isSameAs(weight); // 7 x (20 + 12) < 20 x 12
            assertThat(weight.at(8).changes()).isEmpty();
            return 0;
        });
    }

    @Test
    void trainedChangesAreComputedSeparatelyWhereTheGradientOfTheSumWouldCostMore() {
        Engine.call(() -> {
            Weight one = new Weight(zeros(20, 12)).with(learning(1));
            assertThat(one.at(1000)).isSameAs(one); // 3 x 1 x (20 + 12) < 20 x 12
            assertThat(new Weight(zeros(20, 12)).with(learning(4)).at(1000).changes())
                    .isEmpty(); // 3 x 4 x (20 + 12) > 20 x 12
            return 0;
        });
    }

    private static LowRank learning(long rank) {
        return new LowRank(
                zeros(rank, 12).set_requires_grad(true), zeros(20, rank).set_requires_grad(true), 1);
    }

    private static Tensor zeros(long... shape) {
        return new RandomTensors(0).draw(Init.ZEROS, Dtype.F32, shape);
    }

    private static Tensor normal(RandomTensors random, long... shape) {
        return random.draw(new Init.Normal(1), Dtype.F64, shape);
    }

    private static double[] doubles(Tensor tensor) {
        Tensor flat = tensor.detach().reshape(-1);
        double[] values = new double[(int) flat.numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = flat.select(0, i).item_double();
        }
        return values;
    }
}
