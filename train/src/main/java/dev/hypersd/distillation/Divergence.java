package dev.hypersd.distillation;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The f-divergences that score distillation can lower (Xu et al., 2025, "One-step Diffusion Models with f-Divergence
 * Distribution Matching", table 1). The gradient of each is the difference of the scores with a weight {@code h(r) =
 * f''(r) r^2}, where {@code r} is how much more likely a picture is among the real ones than among the student's.
 */
enum Divergence {
    /** The reverse Kullback-Leibler divergence, that of plain distribution matching: equal weights. */
    REVERSE_KL {
        @Override
        Tensor weights(Tensor ratios) {
            return torch.ones_like(ratios);
        }
    },
    /** The forward Kullback-Leibler divergence, which covers all modes with the highest variance: {@code r}. */
    FORWARD_KL {
        @Override
        Tensor weights(Tensor ratios) {
            return ratios;
        }
    },
    /** The Jensen-Shannon divergence, the paper's choice: {@code r / (1 + r)}. */
    JENSEN_SHANNON {
        @Override
        Tensor weights(Tensor ratios) {
            return ratios.div(onePlus(ratios));
        }
    },
    /** The squared Hellinger distance: {@code sqrt(r)}. */
    SQUARED_HELLINGER {
        @Override
        Tensor weights(Tensor ratios) {
            return ratios.sqrt();
        }
    },
    /** The sum of both Kullback-Leibler divergences: {@code 1 + r}. */
    JEFFREYS {
        @Override
        Tensor weights(Tensor ratios) {
            return onePlus(ratios);
        }
    },
    /** The softened reverse Kullback-Leibler divergence, which seeks modes most: {@code 1 / (1 + r)}. */
    SOFTENED_REVERSE_KL {
        @Override
        Tensor weights(Tensor ratios) {
            return onePlus(ratios).reciprocal();
        }
    };

    /**
     * Returns {@code h(r)} up to a constant factor.
     *
     * @param ratios {@code r} of each sample, {@code [B]}
     */
    abstract Tensor weights(Tensor ratios);

    /** Returns the weights, scaled so that their mean over the batch is 1: {@code [B, 1, 1, 1]}. */
    Tensor normalised(Tensor ratios) {
        Tensor weights = weights(ratios);
        return weights.div(weights.mean()).view(-1, 1, 1, 1);
    }

    private static Tensor onePlus(Tensor ratios) {
        return ratios.add(new Scalar(1));
    }
}
