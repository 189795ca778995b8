package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Euler's method with fresh noise in every step, as much as DDPM's; the ancestral sampler of k-diffusion.
 *
 * <p>It steps below the next noise level and adds the difference as noise. In the last step noise of weight zero is
 * drawn too.
 *
 * @param spacing the spacing of the timesteps
 */
public record EulerAncestral(TimestepSpacing spacing) implements Sampler {
    static EulerAncestral from(JsonObject config) {
        return new EulerAncestral(TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE));
    }

    @Override
    public String name() {
        return "euler_a";
    }

    @Override
    public String title() {
        return "Euler a";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        SigmaSchedule sigmas = SigmaSchedule.ofEuler(schedule, steps, spacing, SigmaSpacing.TIMESTEPS, FinalSigma.ZERO);
        List<SamplingStep> rows =
                sigmas.part(steps).mapToObj(i -> step(sigmas, i)).toList();
        return new SamplingPlan(
                name(), schedule.prediction(), sigmas.initNoiseSigma(spacing), OptionalDouble.empty(), rows);
    }

    private static SamplingStep step(SigmaSchedule sigmas, int i) {
        NoiseLevel from = sigmas.level(i);
        Ancestral step = Ancestral.of(sigmas.sigma(i), sigmas.sigma(i + 1));
        return SamplingStep.of(sigmas.timestep(i), from, 1, step.down())
                .withInputScale(from.alpha())
                .withNoise(step.up());
    }
}
