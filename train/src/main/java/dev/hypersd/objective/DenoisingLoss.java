package dev.hypersd.objective;

import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import dev.hypersd.unet.Conditioning;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * The squared error of a U-Net's prediction: of the noise (Ho et al., 2020, equation 14), the velocity (Salimans and
 * Ho, 2022) or the clean latents, depending on the noise schedule.
 *
 * @param ratios the range of signal-to-noise ratios; the whole range for equal weights
 */
public record DenoisingLoss(NoiseSchedule schedule, RatioRange ratios) {
    /**
     * Draws noise levels, and computes the loss at these.
     *
     * @param latents clean latents, {@code [B, C, h, w]}
     * @param counted the weights of the errors of all latents, {@code [B, 1, h, w]}; if empty, all of them are 1
     * @param text makes the conditioning of their captions, after the noise levels are drawn
     */
    public Losses of(
            Predictor predictor,
            Tensor latents,
            Optional<Tensor> counted,
            Supplier<Conditioning> text,
            TimestepShift shift,
            RandomSource random) {
        Tensor noise = random.normal(Tensors.shape(latents));
        int count = schedule.trainTimesteps();
        int[] timesteps = shift.of(random.integers(count, (int) latents.size(0)), count);
        Conditioning captions = text.get();
        Tensor noisy = schedule.addNoise(latents, noise, timesteps);
        return of(predictor.predict(noisy, timesteps, captions), latents, noise, counted, timesteps);
    }

    /**
     * Computes the loss.
     *
     * @param predicted the prediction for latents with noise at {@code timesteps}, {@code [B, C, h, w]}
     * @param latents the clean latents
     * @param noise the added noise
     * @param counted the weights of the errors of all latents, {@code [B, 1, h, w]}; if empty, all of them are 1
     * @param timesteps the timestep of each sample
     */
    Losses of(Tensor predicted, Tensor latents, Tensor noise, Optional<Tensor> counted, int... timesteps) {
        Tensor errors = predicted.sub(target(latents, noise, timesteps)).square();
        Tensor each = mean(errors);
        Tensor counting = counted.map(weights -> mean(errors.mul(weights))).orElse(each);
        return Losses.of(
                new Term("weighted", 1, counting.mul(weights(timesteps)).mean()),
                new Term("squared error", 0, each.mean()));
    }

    /** Returns the mean of each sample, {@code [B]}. */
    private static Tensor mean(Tensor errors) {
        return errors.flatten(1, 3).mean(1);
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

    /**
     * Returns the weight of the error at a noise level: the clamped signal-to-noise ratio, which weighs errors of clean
     * latents, converted to the units of what is predicted.
     */
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
