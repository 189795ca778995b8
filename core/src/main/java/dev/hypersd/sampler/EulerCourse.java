package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.IntFunction;

/** What Euler's method has in common with and without fresh noise: samples that grow with the noise, {@code x = x0 + ratio eps}. */
final class EulerCourse {
    private EulerCourse() {}

    static RatioCourse of(
            NoiseSchedule schedule, Steps steps, Spacing spacing, int offset, SigmaSpacing sigmas, Finish finish) {
        NoiseRatios trained = new NoiseRatios(schedule);
        double[] timesteps = steps.areChosen()
                ? RatioCourse.chosen(schedule, steps, sigmas)
                : single(spacing.timesteps(schedule.trainTimesteps(), steps.count(), offset));
        double[] ratios = Arrays.stream(timesteps).map(trained::at).toArray();
        if (sigmas == SigmaSpacing.KARRAS) {
            ratios = NoiseRatios.karras(ratios[0], ratios[ratios.length - 1], ratios.length);
            timesteps = single(Arrays.stream(ratios).map(trained::timestep).toArray());
        }
        return RatioCourse.of(trained, timesteps, ratios, finish);
    }

    static Plan plan(
            Sampler sampler,
            NoiseSchedule schedule,
            Steps steps,
            Spacing spacing,
            RatioCourse course,
            IntFunction<PlannedStep> row) {
        double strongest = course.ratios()[0];
        return new Plan(
                sampler.name(),
                schedule.prediction(),
                // With leading spacing the first level is not all noise, and the start takes the variance of the image
                // into account.
                spacing == Spacing.LEADING ? Math.hypot(strongest, 1) : strongest,
                OptionalDouble.empty(),
                Memory.NOTHING,
                steps.part(course.timesteps(), schedule.trainTimesteps())
                        .mapToObj(row)
                        .toList());
    }

    /** The network is told timesteps in single precision. */
    private static double[] single(double[] timesteps) {
        return Arrays.stream(timesteps).map(t -> (float) t).toArray();
    }
}
