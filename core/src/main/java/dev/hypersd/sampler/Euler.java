package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;

/**
 * Euler's method on the probability flow (Karras et al., 2022, algorithm 1 without churn): the default of SDXL.
 *
 * <p>Samples are not of unit variance but {@code x0 + (sigma / alpha) eps}, so the network's input is scaled. Up to that it takes
 * the steps of DDIM.
 *
 * @param spacing where the steps lie
 * @param stepsOffset added to the timesteps of leading spacing, 1 in Stable Diffusion
 * @param sigmas whether the noise levels are those of the timesteps
 * @param finish where the last step ends
 */
public record Euler(Spacing spacing, int stepsOffset, SigmaSpacing sigmas, Finish finish) implements Sampler {
    @Override
    public String name() {
        return "euler";
    }

    @Override
    public Plan plan(NoiseSchedule schedule, Steps steps) {
        RatioCourse course = EulerCourse.of(schedule, steps, spacing, stepsOffset, sigmas, finish);
        return EulerCourse.plan(this, schedule, steps, spacing, course, i -> {
            NoiseLevel from = course.level(i);
            return PlannedStep.of(course.timesteps()[i], from, 1, course.ratios()[i + 1])
                    .scaled(from.alpha());
        });
    }
}
