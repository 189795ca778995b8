package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;

/**
 * The noise-to-image ratios that Euler and DPM-Solver++ go through.
 *
 * @param timesteps what the network is told, decreasing
 * @param ratios one for each timestep, and at the end the one where the last step arrives
 */
record RatioCourse(double[] timesteps, double[] ratios) {
    static RatioCourse of(NoiseRatios trained, double[] timesteps, double[] ratios, Finish finish) {
        double[] withEnd = Arrays.copyOf(ratios, ratios.length + 1);
        withEnd[ratios.length] = switch (finish) {
            case CLEAN -> 0;
            case FIRST_TIMESTEP -> trained.least();
        };
        return new RatioCourse(timesteps, withEnd);
    }

    /** Chosen timesteps, which leave nothing to space. */
    static double[] chosen(NoiseSchedule schedule, Steps steps, SigmaSpacing sigmas) {
        if (sigmas == SigmaSpacing.KARRAS) {
            throw new InvalidRequestException(
                    "Karras spacing decides the timesteps, so they cannot be chosen: give a number of steps instead");
        }
        return Arrays.stream(steps.chosen(schedule.trainTimesteps()))
                .asDoubleStream()
                .toArray();
    }

    int size() {
        return timesteps.length;
    }

    NoiseLevel level(int i) {
        return NoiseLevel.ofRatio(ratios[i]);
    }
}
