package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class DensityRatioTest {
    /** Single precision. */
    private static final Offset<Float> EXACTLY = within(1e-5f);

    /** Heads have equal weights, whatever the size of their maps. */
    @Test
    void theRatioIsTheExponentialOfTheMeanLogitWithinLimits() {
        float[] ratios = Engine.infer(() -> TensorScope.released(() ->
                Tensors.toFloats(DensityRatio.ratios(List.of(logits(3, 1, 3, 9, 9, -9, -9), logits(3, 0, 9, -9))))));

        assertThat(ratios[0]).isCloseTo((float) Math.E, EXACTLY); // The mean of 2 and 0 is 1.
        assertThat(ratios[1]).isEqualTo(20);
        assertThat(ratios[2]).isEqualTo(0.1f);
    }

    @Test
    void ratiosAreRelativeToTheirRunningMeanAtSimilarNoise() {
        float[][] found = Engine.call(() -> {
            try (TensorArena arena = new TensorArena()) {
                return TensorScope.released(() -> {
                    DensityRatio ratio = new DensityRatio(1000, arena);
                    float two = (float) Math.log(2);
                    float four = (float) Math.log(4);
                    float[] first = Tensors.toFloats(ratio.of(List.of(logits(3, two, four, four)), 10, 20, 950));
                    return new float[][] {first, Tensors.toFloats(ratio.means())};
                });
            }
        });

        // The mean of 2 and 4 is 3, a tenth of which enters the running mean of 1; so does a tenth of 4.
        assertThat(found[1][0]).isCloseTo(0.9f + 0.3f, EXACTLY);
        assertThat(found[1][9]).isCloseTo(0.9f + 0.4f, EXACTLY);
        assertThat(found[1][5]).isEqualTo(1);
        assertThat(found[0][0]).isCloseTo(2 / 1.2f, EXACTLY);
        assertThat(found[0][1]).isCloseTo(4 / 1.2f, EXACTLY);
        assertThat(found[0][2]).isCloseTo(4 / 1.3f, EXACTLY);
    }

    @Test
    void aValidationDoesNotChangeTheRunningMeans() {
        float[] means = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                return TensorScope.released(() -> {
                    DensityRatio ratio = new DensityRatio(1000, arena);
                    assertThat(ratio.of(List.of(logits(1, 2)), 500).numel()).isEqualTo(1);
                    return Tensors.toFloats(ratio.means());
                });
            }
        });

        assertThat(means).containsOnly(1);
    }

    private static Tensor logits(int batch, float... values) {
        return Tensors.of(values, batch, 1, 1, values.length / batch);
    }
}
