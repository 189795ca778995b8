package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.BetaSchedule;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * DPM-Solver++ multistep, "DPM++ 2M" (Lu et al., 2022, algorithm 2): a second-order solver that remembers the image of the step before.
 *
 * <p>For undistilled models at some 20 steps; few-step models are trained for first-order jumps.
 *
 * @param spacing where the steps lie
 * @param stepsOffset added to the timesteps of leading spacing, 1 in Stable Diffusion
 * @param sigmas whether the noise levels are those of the timesteps
 * @param order 1 (then it is DDIM) or 2
 * @param rule how the second order is reached
 * @param lastStep when the last step is of first order all the same
 * @param finish where the last step ends; at the clean image the last step is always of first order
 */
public record DpmSolverPlusPlus(
        Spacing spacing, int stepsOffset, SigmaSpacing sigmas, int order, Rule rule, LastStep lastStep, Finish finish)
        implements Sampler {
    private static final int SHORT = 15;

    /** How the change of the predicted image between two steps enters. */
    public enum Rule {
        MIDPOINT,
        HEUN
    }

    /** When the last step is of first order, which is more stable. */
    public enum LastStep {
        /** Never, unless it ends at the clean image. */
        AS_OTHERS,
        /** With fewer than 15 steps. */
        FIRST_ORDER_IF_SHORT,
        FIRST_ORDER
    }

    public DpmSolverPlusPlus {
        if (order != 1 && order != 2) {
            throw new InvalidRequestException("DPM-Solver++ is here of order 1 or 2, not " + order);
        }
    }

    @Override
    public String name() {
        return sigmas == SigmaSpacing.KARRAS ? "dpmpp_2m_karras" : "dpmpp_2m";
    }

    @Override
    public Plan plan(NoiseSchedule schedule, Steps steps) {
        RatioCourse course = course(schedule, steps);
        int[] part = steps.part(course.timesteps(), schedule.trainTimesteps()).toArray();
        return new Plan(
                name(),
                schedule.prediction(),
                1,
                OptionalDouble.empty(),
                Memory.X0,
                Arrays.stream(part)
                        .mapToObj(i -> i == part[0] || endsInFirstOrder(i, course.size())
                                ? firstOrder(course, i)
                                : secondOrder(course, i))
                        .toList());
    }

    private RatioCourse course(NoiseSchedule schedule, Steps steps) {
        NoiseRatios trained = new NoiseRatios(schedule);
        if (sigmas == SigmaSpacing.KARRAS && !steps.areChosen()) {
            double[] ratios = NoiseRatios.karras(trained.greatest(), trained.least(), steps.count());
            boolean whole = schedule.settings().betaSchedule() != BetaSchedule.COSINE;
            double[] timesteps = Arrays.stream(ratios)
                    .map(trained::timestep)
                    .map(t -> whole ? Math.rint(t) : t)
                    .toArray();
            return RatioCourse.of(trained, timesteps, ratios, finish);
        }
        double[] timesteps = steps.areChosen()
                ? RatioCourse.chosen(schedule, steps, sigmas)
                : timesteps(schedule.trainTimesteps(), steps.count());
        return RatioCourse.of(
                trained, timesteps, Arrays.stream(timesteps).map(trained::at).toArray(), finish);
    }

    /** Leading and linspace spacing count one step more, whose timestep is where the solver arrives, not one it starts from. */
    private double[] timesteps(int trainTimesteps, int count) {
        int spaced = spacing == Spacing.TRAILING ? count : count + 1;
        return Arrays.stream(spacing.timesteps(trainTimesteps, spaced, stepsOffset))
                .limit(count)
                .map(Math::rint)
                .toArray();
    }

    private boolean endsInFirstOrder(int i, int size) {
        boolean wanted = switch (lastStep) {
            case AS_OTHERS -> false;
            case FIRST_ORDER_IF_SHORT -> size < SHORT;
            case FIRST_ORDER -> true;
        };
        return order == 1 || (i == size - 1 && (wanted || finish == Finish.CLEAN));
    }

    private static PlannedStep firstOrder(RatioCourse course, int i) {
        return PlannedStep.jump(course.timesteps()[i], course.level(i), course.level(i + 1));
    }

    /** A jump, corrected by the slope of the predicted image over the half logarithm of the signal-to-noise ratio. */
    private PlannedStep secondOrder(RatioCourse course, int i) {
        NoiseLevel to = course.level(i + 1);
        double width = to.logSnr() - course.level(i).logSnr();
        double widthBefore = course.level(i).logSnr() - course.level(i - 1).logSnr();
        double decay = Math.expm1(-width);
        double ofChange = switch (rule) {
            case MIDPOINT -> -to.alpha() * decay / 2;
            case HEUN -> width == 0 ? 0 : to.alpha() * (decay / width + 1);
        };
        double correction = ofChange * width / widthBefore;
        return PlannedStep.of(course.timesteps()[i], course.level(i), to.alpha() + correction, to.sigma())
                .recalling(List.of(-correction));
    }
}
