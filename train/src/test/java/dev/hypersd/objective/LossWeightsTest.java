package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.latents.EncodedImage;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossWeightsTest {
    /** What a mask leaves of a picture of two by two latents. */
    private static final float[] MASK = {0, 0.5f, 1, 0.5f};

    @Test
    void samplesWithoutMasksAndWeightsNeedNone() {
        assertThat(LossWeights.PLAIN.of(List.of(sample(1), sample(1)))).isEmpty();
    }

    /** As in kohya's scripts: the error is multiplied by the mask, and the mean is that over the whole picture. */
    @Test
    void whatAMaskLeavesOutDoesNotCount() {
        assertThat(weights(LossWeights.PLAIN, sample(1, MASK), sample(1)))
                .containsExactly(0, 0.5f, 1, 0.5f, 1, 1, 1, 1);
    }

    /** As in OneTrainer: a mask is raised to the weight of what it leaves out. */
    @Test
    void whatAMaskLeavesOutMayCountALittle() {
        assertThat(weights(new LossWeights(0.75, false), sample(1, MASK))).containsExactly(0.75f, 0.75f, 1, 0.75f);
    }

    @Test
    void normalisedMasksHaveAMeanOfOne() {
        assertThat(weights(new LossWeights(0, true), sample(1, MASK))).containsExactly(0, 1, 2, 1);
        assertThat(weights(new LossWeights(0, true), sample(1, 0, 0, 0, 0))).containsExactly(0, 0, 0, 0);
    }

    @Test
    void theWeightOfASampleIsAFactorOfAll() {
        assertThat(weights(new LossWeights(0, true), sample(0.5, MASK), sample(3)))
                .containsExactly(0, 0.5f, 1, 0.5f, 3, 3, 3, 3);
    }

    private static float[] weights(LossWeights weights, LatentSample... samples) {
        return Engine.infer(() -> Tensors.toFloats(weights.of(List.of(samples)).orElseThrow()));
    }

    private static LatentSample sample(double weight, float... mask) {
        EncodedImage image =
                new EncodedImage(new float[4], new long[] {1, 2, 2}, new Framing(16, 16, 0, 0, 16, 16), mask);
        return new LatentSample(image, new long[0], false, weight);
    }
}
