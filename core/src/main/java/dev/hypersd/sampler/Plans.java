package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.IntFunction;

/** What the plans of several samplers have in common. */
final class Plans {
    private Plans() {}

    /** A plan without scaling, clipping or memory: the part of {@code timesteps} that {@code steps} asks for, one row each. */
    static Plan of(
            Sampler sampler, NoiseSchedule schedule, Steps steps, int[] timesteps, IntFunction<PlannedStep> row) {
        return of(sampler, schedule, steps, timesteps, row, OptionalDouble.empty());
    }

    /** The same with the predicted image limited to plus and minus {@code clip}. */
    static Plan of(
            Sampler sampler,
            NoiseSchedule schedule,
            Steps steps,
            int[] timesteps,
            IntFunction<PlannedStep> row,
            OptionalDouble clip) {
        double[] all = Arrays.stream(timesteps).asDoubleStream().toArray();
        return new Plan(
                sampler.name(),
                schedule.prediction(),
                1,
                clip,
                Memory.NOTHING,
                steps.part(all, schedule.trainTimesteps()).mapToObj(row).toList());
    }
}
