package dev.hypersd.unet;

import static dev.hypersd.unet.TinyUNet.times;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.GradientCheckpointing;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.LowRank;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

class CheckpointedUNetTest {
    private static final int RANK = 2;

    /** The weights that are trained. */
    enum Tuning {
        EVERY_PARAMETER,
        LOW_RANK_FACTORS
    }

    /** A U-Net told of a text that is learned too, with the leaves that gradients arrive in. */
    private record Learner(Supplier<Tensor> loss, List<Tensor> leaves) {}

    /**
     * Only where a tensor goes into several segments are sums made in another order: a few times the rounding of a type
     * with 24 binary places, or 8 where precision is mixed, of the gradient as a whole.
     */
    @Property(tries = 16)
    void gradientsAreThoseOfAnOrdinaryPass(
            @ForAll Tuning tuning, @ForAll @IntRange(max = 999) int seed, @ForAll boolean mixed) {
        double rounding = Math.scalb(2.0, mixed ? -8 : -24);
        Engine.call(() -> TensorScope.released(() -> {
            try (TensorArena arena = new TensorArena()) {
                Learner learner = learner(tuning, seed, arena);
                Supplier<Tensor> loss = mixed ? () -> Autocast.during(Dtype.BF16, learner.loss) : learner.loss;
                float expectedLoss = ordinary(loss);
                List<float[]> expected = gradients(learner);

                assertThat(checkpointed(loss)).isEqualTo(expectedLoss);
                List<float[]> found = gradients(learner);
                assertThat(expected)
                        .allSatisfy(
                                gradient -> assertThat(norm(List.of(gradient))).isPositive());
                assertThat(distance(found, expected) / norm(expected)).isLessThan(4 * rounding);
            }
            return seed;
        }));
    }

    @Example
    void nothingIsLeftBehind() {
        Engine.call(() -> TensorScope.released(() -> {
            try (TensorArena arena = new TensorArena()) {
                Learner learner = learner(Tuning.LOW_RANK_FACTORS, 1, arena);
                checkpointed(learner.loss); // The leaves have gradients from now on.
                long before = Pointer.totalCount();
                checkpointed(learner.loss);
                assertThat(Pointer.totalCount()).isEqualTo(before);
            }
            return 0;
        }));
    }

    private static Learner learner(Tuning tuning, int seed, TensorArena arena) {
        Parameters parameters = new Parameters(new RandomParameters(seed, Dtype.F32, arena));
        UNet2DConditionModel unet = new UNet2DConditionModel(TinyUNet.PLAIN, parameters);
        RandomTensors random = new RandomTensors(seed);
        List<Tensor> leaves = new ArrayList<>();
        Adapters adapters = switch (tuning) {
            case EVERY_PARAMETER -> everyParameter(parameters, leaves);
            case LOW_RANK_FACTORS -> lowRank(parameters, random, leaves);
        };
        Tensor latents = arena.own(normal(random, 2, 4, 5, 6));
        Tensor words = leaf(arena.own(normal(random, 2, 3, 6)), leaves);
        return new Learner(
                () -> adapters.during(
                        () -> unet.forward(latents, times(3, 40), Conditioning.of(words.mul(new Scalar(2))))
                                .pow(new Scalar(2))
                                .mean(new ScalarTypeOptional())),
                leaves);
    }

    private static Adapters everyParameter(Parameters parameters, List<Tensor> leaves) {
        parameters.all().forEach(parameter -> leaf(parameter.base(), leaves));
        return Adapters.NONE;
    }

    /** The changed weights are computed in the segments, so these, too, are computed twice. */
    private static Adapters lowRank(Parameters parameters, RandomTensors random, List<Tensor> leaves) {
        Map<Parameter, List<Tensor>> factors = new HashMap<>();
        for (Parameter parameter : parameters.all()) {
            long[] shape = parameter.shape();
            if (shape.length > 1) {
                long columns = parameter.base().numel() / shape[0];
                factors.put(
                        parameter,
                        List.of(
                                leaf(normal(random, RANK, columns), leaves),
                                leaf(normal(random, shape[0], RANK), leaves)));
            }
        }
        return parameter -> {
            List<Tensor> pair = factors.get(parameter);
            Weight weight = new Weight(parameter.base());
            return pair == null ? weight : weight.with(new LowRank(pair.getFirst(), pair.getLast(), 0.1));
        };
    }

    private static Tensor normal(RandomTensors random, long... shape) {
        return random.draw(new Init.Normal(1), Dtype.F32, shape);
    }

    private static Tensor leaf(Tensor tensor, List<Tensor> leaves) {
        tensor.set_requires_grad(true);
        leaves.add(tensor);
        return tensor;
    }

    private static float ordinary(Supplier<Tensor> forward) {
        return TensorScope.released(() -> {
            Tensor loss = forward.get();
            loss.backward();
            return loss.item_float();
        });
    }

    private static float checkpointed(Supplier<Tensor> forward) {
        return TensorScope.released(() -> {
            try (GradientCheckpointing pass = new GradientCheckpointing()) {
                Tensor loss = pass.record(forward);
                pass.backward(loss);
                return loss.item_float();
            }
        });
    }

    /** The gradients that have arrived, which then are zero again. */
    private static List<float[]> gradients(Learner learner) {
        return learner.leaves.stream()
                .map(leaf -> {
                    float[] gradient = Tensors.toFloats(leaf.grad());
                    leaf.mutable_grad().zero_();
                    return gradient;
                })
                .toList();
    }

    private static double norm(List<float[]> x) {
        return distance(x, x.stream().map(part -> new float[part.length]).toList());
    }

    private static double distance(List<float[]> x, List<float[]> y) {
        double sum = 0;
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < x.get(i).length; j++) {
                sum += Math.pow(x.get(i)[j] - y.get(i)[j], 2);
            }
        }
        return Math.sqrt(sum);
    }
}
