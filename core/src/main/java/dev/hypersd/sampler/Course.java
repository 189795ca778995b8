package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The noise levels that DDIM and PLMS go through.
 *
 * @param timesteps decreasing
 * @param levels the noise level of each timestep
 * @param targets the noise level each step ends at: not always that of the next timestep, because timesteps are rounded and strides are not
 */
record Course(int[] timesteps, List<NoiseLevel> levels, List<NoiseLevel> targets) {
    static Course of(NoiseSchedule schedule, Steps steps, Spacing spacing, int offset, Finish finish) {
        int trainTimesteps = schedule.trainTimesteps();
        int[] timesteps = steps.areChosen()
                ? steps.chosen(trainTimesteps)
                : wholeTimesteps(spacing, trainTimesteps, steps.count(), offset);
        List<NoiseLevel> levels = new ArrayList<>();
        List<NoiseLevel> targets = new ArrayList<>();
        for (int i = 0; i < timesteps.length; i++) {
            levels.add(schedule.level(timesteps[i]));
            int target;
            if (!steps.areChosen()) {
                target = timesteps[i] - trainTimesteps / steps.count();
            } else {
                target = i + 1 < timesteps.length ? timesteps[i + 1] : -1;
            }
            targets.add(target < 0 ? finish.level(schedule) : schedule.level(target));
        }
        return new Course(timesteps, List.copyOf(levels), List.copyOf(targets));
    }

    private static int[] wholeTimesteps(Spacing spacing, int trainTimesteps, int count, int offset) {
        return Arrays.stream(spacing.timesteps(trainTimesteps, count, offset))
                .mapToInt(t -> (int) Math.rint(t))
                .toArray();
    }

    NoiseLevel from(int i) {
        return levels.get(i);
    }

    NoiseLevel to(int i) {
        return targets.get(i);
    }
}
