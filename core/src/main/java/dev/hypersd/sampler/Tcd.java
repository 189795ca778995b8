package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.stream.IntStream;

/**
 * Trajectory consistency sampling (Zheng et al., 2024, algorithm 4): jump to a timestep below the next one, then put fresh noise on.
 *
 * <p>From timestep t, with p the next one, it jumps to {@code s = floor((1 - eta) p)} and renoises from s to p. The sampler of
 * Hyper-SD's unified LoRAs.
 *
 * @param originalSteps the number of timesteps the model was distilled with, 50 for all published ones
 * @param eta from 0 (no fresh noise, which is DDIM) to 1 (jump to the image, then noise it, as LCM does); it does not matter in
 *     the last step. Lower values give more detail at many steps
 */
public record Tcd(int originalSteps, double eta) implements Sampler {
    /** What the reference implementation takes where nobody says. */
    public static final double DEFAULT_ETA = 0.3;

    public Tcd {
        if (!(eta >= 0 && eta <= 1)) {
            throw new InvalidRequestException("eta must be between 0 and 1, not " + eta);
        }
    }

    @Override
    public String name() {
        return "tcd";
    }

    @Override
    public Tcd withEta(double other) {
        return new Tcd(originalSteps, other);
    }

    @Override
    public Plan plan(NoiseSchedule schedule, Steps wanted) {
        Steps steps = wanted.withinStrength();
        int[] timesteps = timesteps(schedule.trainTimesteps(), steps);
        return Plans.of(this, schedule, steps, timesteps, i -> step(schedule, timesteps, i));
    }

    private int[] timesteps(int trainTimesteps, Steps steps) {
        if (steps.areChosen()) {
            return steps.chosen(trainTimesteps);
        }
        // As in the reference: whoever overrides the number of original steps gets all timesteps to pick from.
        int[] origin = steps.originalSteps().isPresent()
                ? IntStream.range(0, (int) (trainTimesteps * steps.originStrength()))
                        .toArray()
                : ConsistencyTimesteps.distilled(trainTimesteps, originalSteps, steps.originStrength());
        return ConsistencyTimesteps.pick(origin, steps.count());
    }

    private PlannedStep step(NoiseSchedule schedule, int[] timesteps, int i) {
        boolean last = i == timesteps.length - 1;
        int next = last ? 0 : timesteps[i + 1];
        // Rounded like the reference, in single precision: 0.7 * 170 is 119 there and 118 in double.
        int target = (int) Math.floor((float) (1 - eta) * (float) next);
        NoiseLevel from = schedule.level(timesteps[i]);
        NoiseLevel to = schedule.level(target);
        if (last || eta == 0) {
            return PlannedStep.jump(timesteps[i], from, to);
        }
        Blend renoise = NoiseSchedule.renoise(to, schedule.level(next));
        return PlannedStep.of(timesteps[i], from, renoise.first() * to.alpha(), renoise.first() * to.sigma())
                .noised(renoise.second());
    }
}
