package dev.hypersd.distillation;

import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import org.bytedeco.pytorch.Tensor;

/**
 * Between which scales a teacher is guided. The student does without and learns the average, so the range should be narrow.
 *
 * @param least 1 for none
 * @param greatest at least the least
 */
public record GuidanceRange(double least, double greatest) {
    /** No guidance. */
    public static final GuidanceRange NONE = new GuidanceRange(1, 1);

    public GuidanceRange {
        if (!(least >= 1 && greatest >= least)) {
            throw new IllegalArgumentException("guidance from %s to %s is no range above 1".formatted(least, greatest));
        }
    }

    /** Whether there is guidance at all. */
    boolean guides() {
        return greatest > 1;
    }

    /** A scale for each sample, {@code [B, 1, 1, 1]}. */
    Tensor draw(int batch, RandomSource random) {
        float[] scales = new float[batch];
        for (int i = 0; i < batch; i++) {
            scales[i] = (float) (least + random.uniform() * (greatest - least));
        }
        return Tensors.of(scales, batch, 1, 1, 1);
    }
}
