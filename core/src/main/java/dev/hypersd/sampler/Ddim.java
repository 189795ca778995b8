package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.JsonObject;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.List;
import java.util.OptionalDouble;

/**
 * DDIM (Song et al., 2021): jumps from each timestep to the next.
 *
 * <p>With trailing spacing it is the sampler of Hyper-SD's 2, 4 and 8-step LoRAs.
 *
 * @param spacing the spacing of the timesteps
 * @param end the noise that the last step leaves
 * @param clip the limit of the predicted image's absolute values; empty for latents
 * @param eta the amount of fresh noise, from 0 (deterministic) to 1 (as much in each step as DDPM)
 */
public record Ddim(TimestepSpacing spacing, FinalSigma end, OptionalDouble clip, double eta) implements Sampler {
    public Ddim {
        if (!(eta >= 0 && eta <= 1)) {
            throw new InvalidRequestException("eta must be between 0 and 1, not " + eta);
        }
    }

    static Ddim from(JsonObject config) {
        return new Ddim(
                TimestepSpacing.from(config, TimestepSpacing.Kind.LEADING),
                FinalSigma.fromAlpha(config, true),
                Samplers.clip(config, true),
                0);
    }

    @Override
    public String name() {
        return "ddim";
    }

    @Override
    public String title() {
        return "DDIM";
    }

    @Override
    public OptionalDouble optionalEta() {
        return OptionalDouble.of(eta);
    }

    @Override
    public Ddim withEta(double other) {
        return new Ddim(spacing, end, clip, other);
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        TimestepSchedule timesteps = TimestepSchedule.spaced(schedule, steps, spacing, end);
        List<SamplingStep> rows = timesteps
                .part(steps)
                .mapToObj(i -> step(timesteps.timestep(i), timesteps.from(i), timesteps.to(i)))
                .toList();
        return new SamplingPlan(name(), schedule.prediction(), 1, clip, rows);
    }

    /** Returns the step of equation 12 of the paper, whose sigma is the weight of fresh noise. */
    private SamplingStep step(int timestep, NoiseLevel from, NoiseLevel to) {
        if (eta == 0) {
            return SamplingStep.jump(timestep, from, to);
        }
        double fromVariance = from.sigma() * from.sigma();
        double toVariance = to.sigma() * to.sigma();
        double variance = toVariance / fromVariance * (1 - from.alphaBar() / to.alphaBar());
        double noise = eta * Math.sqrt(variance);
        return SamplingStep.of(timestep, from, to.alpha(), Math.sqrt(toVariance - noise * noise))
                .withNoise(noise);
    }
}
