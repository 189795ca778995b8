package dev.hypersd.distillation;

import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import java.util.List;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * How much more likely noisy pictures are among the real ones than among the student's, by the logits of a
 * discriminator that was trained with the logistic loss. Ratios are divided by their running mean at similar noise
 * levels, because a discriminator tells more apart at low noise (Xu et al., 2025, section 3.3).
 */
final class DensityRatio {
    /** The limits of ratios in the authors' code. */
    private static final double LEAST = 0.1;

    private static final double GREATEST = 20;
    private static final int BINS = 10;
    private static final double DECAY = 0.9;

    private final int timesteps;

    /** The running mean of the ratios in each tenth of the timesteps, 1 at first: {@code [10]}. */
    private final Tensor means;

    /** @param timesteps the number of timesteps of the model */
    DensityRatio(int timesteps, TensorArena arena) {
        this.timesteps = timesteps;
        this.means = arena.own(Tensors.empty(BINS).fill_(new Scalar(1)));
    }

    /** Returns the state, which a checkpoint holds. */
    Tensor means() {
        return means;
    }

    /**
     * Returns the ratios, {@code [B]}, relative to their running means, which are updated during training.
     *
     * @param logits a map of logits for each head, {@code [B, 1, h', w']}
     * @param at the timestep of each sample
     */
    Tensor of(List<Tensor> logits, int... at) {
        boolean learning = GradMode.is_enabled();
        return Gradients.off(() -> {
            float[] ratios = Tensors.toFloats(ratios(logits));
            float[] current = Tensors.toFloats(means);
            if (learning) {
                update(current, ratios, at);
                means.copy_(Tensors.of(current, BINS));
            }
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] /= current[bin(at[i])];
            }
            return Tensors.of(ratios, ratios.length);
        });
    }

    /** Returns {@code exp} of the mean logit of each sample, within limits. */
    static Tensor ratios(List<Tensor> logits) {
        Tensor sum = logits.stream()
                .map(map -> map.detach().flatten(1, -1).mean(1))
                .reduce(Tensor::add)
                .orElseThrow();
        return sum.div(new Scalar(logits.size()))
                .exp()
                .clamp_min(new Scalar(LEAST))
                .clamp_max(new Scalar(GREATEST));
    }

    private void update(float[] means, float[] ratios, int... at) {
        for (int bin = 0; bin < BINS; bin++) {
            double sum = 0;
            int count = 0;
            for (int i = 0; i < ratios.length; i++) {
                if (bin(at[i]) == bin) {
                    sum += ratios[i];
                    count++;
                }
            }
            if (count > 0) {
                means[bin] = (float) (DECAY * means[bin] + (1 - DECAY) * sum / count);
            }
        }
    }

    private int bin(int timestep) {
        return timestep * BINS / timesteps;
    }
}
