package dev.hypersd.objective;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import org.bytedeco.pytorch.Tensor;

/**
 * The squared error of what a U-Net predicts: the noise (Ho et al., 2020, equation 14), the velocity (Salimans and Ho,
 * 2022) or the clean latents, as its schedule says.
 *
 * @param ratios that signal-to-noise ratios count as; all of them for equal weights
 */
record DenoisingLoss(NoiseSchedule schedule, RatioRange ratios) {
    /**
     * @param predicted for latents with noise at {@code timesteps}, {@code [B, C, h, w]}
     * @param latents without noise
     * @param noise that was added
     * @param timesteps one for each sample
     */
    Losses of(Tensor predicted, Tensor latents, Tensor noise, int... timesteps) {
        Tensor each = predicted
                .sub(target(latents, noise, timesteps))
                .square()
                .flatten(1, 3)
                .mean(1);
        return Losses.of(
                new Term("weighted", 1, each.mul(weights(timesteps)).mean()),
                new Term("squared error", 0, each.mean()));
    }

    private Tensor target(Tensor latents, Tensor noise, int... timesteps) {
        return switch (schedule.prediction()) {
            case EPSILON -> noise;
            case V_PREDICTION -> schedule.velocity(latents, noise, timesteps);
            case SAMPLE -> latents;
        };
    }

    private Tensor weights(int... timesteps) {
        float[] weights = new float[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) weight(schedule.level(timesteps[i]));
        }
        return Tensors.of(weights, weights.length);
    }

    /** Returns the ratio that counts, for errors of clean latents, in the units of what is predicted. */
    private double weight(NoiseLevel level) {
        if (ratios.isWhole()) {
            return 1;
        }
        double ratio = Math.pow(level.alpha() / level.sigma(), 2);
        double counted = ratios.clamp(ratio);
        return switch (schedule.prediction()) {
            case EPSILON -> counted / ratio;
            case V_PREDICTION -> counted / (ratio + 1);
            case SAMPLE -> counted;
        };
    }
}
