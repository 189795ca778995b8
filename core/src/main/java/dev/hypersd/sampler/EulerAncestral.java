package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;

/**
 * Euler's method with fresh noise in every step, as much as DDPM's (Crowson's k-diffusion, there called ancestral).
 *
 * <p>It steps below the next noise level and adds the difference as noise; noise of weight zero is drawn in the last step too.
 *
 * @param spacing where the steps lie
 * @param stepsOffset added to the timesteps of leading spacing, 1 in Stable Diffusion
 */
public record EulerAncestral(Spacing spacing, int stepsOffset) implements Sampler {
    @Override
    public String name() {
        return "euler_a";
    }

    @Override
    public Plan plan(NoiseSchedule schedule, Steps steps) {
        RatioCourse course =
                EulerCourse.of(schedule, steps, spacing, stepsOffset, SigmaSpacing.TIMESTEPS, Finish.CLEAN);
        return EulerCourse.plan(this, schedule, steps, spacing, course, i -> step(course, i));
    }

    private static PlannedStep step(RatioCourse course, int i) {
        NoiseLevel from = course.level(i);
        double before = course.ratios()[i];
        double after = course.ratios()[i + 1];
        double down = after * after / before;
        double up = Math.sqrt(after * after - down * down);
        return PlannedStep.of(course.timesteps()[i], from, 1, down)
                .scaled(from.alpha())
                .noised(up);
    }
}
