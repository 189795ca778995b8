package dev.hypersd.sampler;

import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.OptionalDouble;

/**
 * Latent consistency sampling (Luo et al., 2023, algorithm 3): estimate the image, then noise it to the next timestep.
 *
 * <p>The estimate is {@code c_out x0 + c_skip x}, with {@code c_skip} above 1e-5 only within the last few timesteps.
 *
 * @param originalSteps the number of timesteps the model was distilled with, 50 for all published ones
 * @param timestepScaling how fast {@code c_skip} falls with the timestep, 10 for all published ones
 * @param clip limits the predicted image to plus and minus this; empty for latents
 */
public record Lcm(int originalSteps, double timestepScaling, OptionalDouble clip) implements Sampler {
    private static final double SIGMA_DATA = 0.5;

    @Override
    public String name() {
        return "lcm";
    }

    @Override
    public Plan plan(NoiseSchedule schedule, Steps wanted) {
        Steps steps = wanted.withinStrength();
        int[] timesteps = timesteps(schedule.trainTimesteps(), steps);
        return Plans.of(this, schedule, steps, timesteps, i -> step(schedule, timesteps, i), clip);
    }

    private int[] timesteps(int trainTimesteps, Steps steps) {
        if (steps.areChosen()) {
            return steps.chosen(trainTimesteps);
        }
        int original = steps.originalSteps().orElse(originalSteps);
        return ConsistencyTimesteps.pick(
                ConsistencyTimesteps.distilled(trainTimesteps, original, steps.originStrength()), steps.count());
    }

    private PlannedStep step(NoiseSchedule schedule, int[] timesteps, int i) {
        int t = timesteps[i];
        NoiseLevel from = schedule.level(t);
        if (i == timesteps.length - 1) {
            return PlannedStep.of(t, from, 1, 0).estimating(boundary(t));
        }
        NoiseLevel next = schedule.level(timesteps[i + 1]);
        return PlannedStep.of(t, from, next.alpha(), 0).estimating(boundary(t)).noised(next.sigma());
    }

    /** {@code c_out} and {@code c_skip}, which make the estimate at timestep 0 the sample itself. */
    private Blend boundary(int timestep) {
        double scaled = timestep * timestepScaling;
        double norm = Math.hypot(scaled, SIGMA_DATA);
        return new Blend(scaled / norm, SIGMA_DATA * SIGMA_DATA / (norm * norm));
    }
}
