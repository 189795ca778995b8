package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The timesteps of DDIM, PLMS, TCD and LCM.
 *
 * @param noise the noise level of every timestep
 * @param timesteps the timestep at which each step begins, decreasing
 * @param targets the timestep at which each step ends, negative at the end of the schedule; not always the next
 *     timestep, because timesteps are rounded and strides are not
 * @param end the noise that is left at the end of the schedule
 */
record TimestepSchedule(NoiseSchedule noise, int[] timesteps, int[] targets, FinalSigma end) {
    /** Creates evenly spaced timesteps, or takes those in {@code steps}. */
    static TimestepSchedule spaced(NoiseSchedule noise, Steps steps, TimestepSpacing spacing, FinalSigma end) {
        if (steps.areChosen()) {
            return through(noise, steps.chosen(noise.trainTimesteps()), end);
        }
        int[] timesteps = Arrays.stream(spacing.timesteps(noise.trainTimesteps(), steps.count()))
                .mapToInt(t -> (int) Math.rint(t))
                .toArray();
        int stride = noise.trainTimesteps() / steps.count();
        return new TimestepSchedule(
                noise, timesteps, Arrays.stream(timesteps).map(t -> t - stride).toArray(), end);
    }

    /**
     * Chooses timesteps evenly from {@code known}, those that a model was distilled with, or takes those in {@code
     * steps}.
     */
    static TimestepSchedule distilled(NoiseSchedule noise, Steps steps, Supplier<int[]> known, FinalSigma end) {
        int[] timesteps = steps.areChosen() ? steps.chosen(noise.trainTimesteps()) : pick(known.get(), steps.count());
        return through(noise, timesteps, end);
    }

    private static TimestepSchedule through(NoiseSchedule noise, int[] timesteps, FinalSigma end) {
        int[] targets = Arrays.copyOfRange(timesteps, 1, timesteps.length + 1);
        targets[timesteps.length - 1] = -1;
        return new TimestepSchedule(noise, timesteps, targets, end);
    }

    /**
     * Returns the timesteps with which consistency models are distilled, {@code T / original * (1..k) - 1}, increasing,
     * of which only the first {@code k = original * strength} are used.
     */
    static int[] distillation(int trainTimesteps, int original, double strength) {
        if (original < 1 || original > trainTimesteps) {
            throw new InvalidRequestException("the number of original steps must be between 1 and %d, not %d"
                    .formatted(trainTimesteps, original));
        }
        int stride = trainTimesteps / original;
        return IntStream.rangeClosed(1, (int) (original * strength))
                .map(i -> i * stride - 1)
                .toArray();
    }

    /** Chooses {@code count} of the increasing timesteps {@code known}, decreasing, beginning with the last. */
    private static int[] pick(int[] known, int count) {
        if (count > known.length) {
            throw new InvalidRequestException(
                    ("%d steps are too many: this model was distilled with %d timesteps (original steps times origin "
                                    + "strength)")
                            .formatted(count, known.length));
        }
        double stride = (double) known.length / count;
        return IntStream.range(0, count)
                .map(i -> known[known.length - 1 - (int) Math.floor(i * stride)])
                .toArray();
    }

    int size() {
        return timesteps.length;
    }

    int timestep(int i) {
        return timesteps[i];
    }

    /** Returns the noise level at which step {@code i} begins. */
    NoiseLevel from(int i) {
        return noise.level(timesteps[i]);
    }

    /** Returns the noise level at which step {@code i} ends. */
    NoiseLevel to(int i) {
        return targets[i] < 0 ? end.level(noise) : noise.level(targets[i]);
    }

    /** Returns the indices of the steps that {@code steps} covers. */
    IntStream part(Steps steps) {
        return steps.part(Arrays.stream(timesteps).asDoubleStream().toArray(), noise.trainTimesteps());
    }
}
