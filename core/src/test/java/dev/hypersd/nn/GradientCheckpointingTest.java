package dev.hypersd.nn;

import static dev.hypersd.nn.GradientCheckpointing.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class GradientCheckpointingTest {
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void aSegmentRunsAgainForTheBackwardPass() {
        assertThat(gradientAtTwo(this::cube)).isEqualTo(12);
        assertThat(runs).hasValue(2);
    }

    @Test
    void segmentsRunAgainWithTheirAdaptersAndPrecision() {
        Adapters adapters = parameter -> new Weight(parameter.base());
        List<Object> seen = new ArrayList<>();
        gradientAtTwo(x -> adapters.during(() -> Autocast.during(
                Dtype.BF16,
                () -> segment(
                        in -> {
                            seen.add(List.of(Adapters.active(), Autocast.active()));
                            return in[0].mul(in[0]);
                        },
                        x))));

        assertThat(seen).containsExactly(List.of(adapters, true), List.of(adapters, true));
    }

    @Test
    void gradientsOfAllWhoUsedAnOutputAreGathered() {
        assertThat(gradientAtTwo(x -> {
                    Tensor y = cube(x);
                    return cube(y).add(cube(y)).add(y);
                }))
                .isEqualTo(2 * 9 * 256 + 12); // d/dx 2 x^9 + x^3
    }

    @Test
    void gradientsOfAnInputWithAHistoryAreThoseOfAnOrdinaryPass() {
        assertThat(gradientAtTwo(x -> {
                    Tensor y = x.mul(x);
                    return cube(y).add(cube(y));
                }))
                .isEqualTo(2 * 6 * 32); // d/dx 2 x^6
    }

    @Test
    void theLossMayAlsoDependOnThatHistoryDirectly() {
        assertThat(gradientAtTwo(x -> {
                    Tensor y = x.mul(x);
                    return cube(y).add(y.mul(y));
                }))
                .isEqualTo(6 * 32 + 4 * 8); // d/dx x^6 + x^4
    }

    @Test
    void segmentsMayShareAHistoryThatIsNotAmongTheirInputs() {
        assertThat(gradientAtTwo(x -> {
                    Tensor weight = x.mul(x);
                    return weighted(weight, weighted(weight, x));
                }))
                .isEqualTo(5 * 16); // d/dx x^5
    }

    @Test
    void aSegmentWithoutGradientIsNotComputedAgain() {
        assertThat(gradientAtTwo(x -> {
                    cube(x);
                    return x.mul(new Scalar(3));
                }))
                .isEqualTo(3);
        assertThat(runs).hasValue(1);
    }

    @Test
    void segmentsWithoutTrainedParametersAreNotComputedAgain() {
        assertThat(gradientAtTwo(x -> {
                    Tensor constant = cube(x.detach());
                    return constant.mul(x);
                }))
                .isEqualTo(8);
        assertThat(runs).hasValue(1);
    }

    @Test
    void withoutGradientsNothingIsRecorded() {
        assertThat(gradientAtTwo(x -> {
                    try (NoGradGuard guard = new NoGradGuard()) {
                        assertThat(cube(x).requires_grad()).isFalse();
                    }
                    return x.mul(new Scalar(3));
                }))
                .isEqualTo(3);
    }

    @Test
    void aFailedPassFreesItsTensors() {
        Engine.call(() -> TensorScope.released(() -> {
            Tensor x = leaf(2);
            long before = Pointer.totalCount();
            assertThatThrownBy(() -> TensorScope.released(() -> {
                        try (GradientCheckpointing pass = new GradientCheckpointing()) {
                            return pass.record(() -> segment(
                                    in -> {
                                        throw new IllegalStateException("broken");
                                    },
                                    cube(x)));
                        }
                    }))
                    .hasMessage("broken");
            assertThat(Pointer.totalCount()).isEqualTo(before);
            return 0;
        }));
    }

    private Tensor cube(Tensor x) {
        return segment(
                in -> {
                    runs.incrementAndGet();
                    return in[0].mul(in[0]).mul(in[0]);
                },
                x);
    }

    private static Tensor weighted(Tensor weight, Tensor x) {
        return segment(in -> weight.mul(in[0]), x);
    }

    private static float gradientAtTwo(UnaryOperator<Tensor> function) {
        return Engine.call(() -> TensorScope.released(() -> {
            Tensor x = leaf(2);
            try (GradientCheckpointing pass = new GradientCheckpointing()) {
                pass.backward(pass.record(() -> function.apply(x)));
            }
            return x.grad().item_float();
        }));
    }

    private static Tensor leaf(float value) {
        Tensor leaf = Tensors.of(new float[] {value});
        leaf.set_requires_grad(true);
        return leaf;
    }
}
