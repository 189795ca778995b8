package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Pseudo linear multistep sampling, PLMS (Liu et al., 2022), the default of Stable Diffusion 1.5: jumps along a noise that is
 * extrapolated from up to four predictions.
 *
 * <p>It starts with a step and its repetition by the mean of two predictions, so N steps evaluate the network N + 1 times (once for
 * N = 1). Where only the end of the way is taken (image-to-image), that end starts in the same way.
 *
 * @param spacing where the steps lie
 * @param stepsOffset added to the timesteps of leading spacing, 1 in Stable Diffusion
 * @param finish where the last step ends
 */
public record Pndm(Spacing spacing, int stepsOffset, Finish finish) implements Sampler {
    /** Adams-Bashforth: the weights of this prediction and those before it, by how many there are. */
    private static final List<double[]> WEIGHTS = List.of(
            new double[] {1},
            new double[] {3 / 2.0, -1 / 2.0},
            new double[] {23 / 12.0, -16 / 12.0, 5 / 12.0},
            new double[] {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0});

    @Override
    public String name() {
        return "pndm";
    }

    @Override
    public Plan plan(NoiseSchedule schedule, Steps steps) {
        Course course = Course.of(schedule, steps, spacing, stepsOffset, finish);
        double[] all = IntStream.of(course.timesteps()).asDoubleStream().toArray();
        int[] part = steps.part(all, schedule.trainTimesteps()).toArray();
        List<PlannedStep> rows = new ArrayList<>();
        for (int i : part) {
            rows.add(multistep(course, i, i - part[0]));
            if (i == part[0] && part.length > 1) {
                rows.add(repetition(course, i));
            }
        }
        return new Plan(name(), schedule.prediction(), 1, OptionalDouble.empty(), Memory.EPS, rows);
    }

    /** A jump along the sum of this prediction and {@code before} earlier ones. */
    private static PlannedStep multistep(Course course, int i, int before) {
        double[] weights = WEIGHTS.get(Math.min(before, WEIGHTS.size() - 1));
        NoiseLevel to = course.to(i);
        double ofJump = ofNoiseInJump(course, i);
        List<Double> past = new ArrayList<>();
        for (int k = 1; k < weights.length; k++) {
            past.add(ofJump * weights[k]);
        }
        return PlannedStep.of(course.timesteps()[i], course.from(i), to.alpha(), to.sigma() + ofJump * (weights[0] - 1))
                .recalling(past);
    }

    /**
     * Having jumped with the first prediction and seen the second, where a jump with the mean of both would have led: half the
     * difference of the predictions away. Only the first prediction is remembered.
     */
    private static PlannedStep repetition(Course course, int i) {
        NoiseLevel here = course.from(i + 1);
        double half = ofNoiseInJump(course, i) / 2;
        return PlannedStep.of(course.timesteps()[i + 1], here, here.alpha(), here.sigma() + half)
                .recalling(List.of(-half))
                .forgotten();
    }

    /** How a jump from a given sample depends on the noise it is made along: {@code sigma_s - alpha_s sigma_t / alpha_t}. */
    private static double ofNoiseInJump(Course course, int i) {
        return course.to(i).sigma() - course.to(i).alpha() * course.from(i).ratio();
    }
}
