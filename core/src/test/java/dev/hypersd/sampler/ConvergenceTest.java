package dev.hypersd.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Solvers against an exact solution. If images are normal with standard deviation d, the best prediction of the noise is linear in
 * the sample, and the deterministic way keeps the sample in proportion to {@code sqrt(alpha^2 d^2 + sigma^2)}.
 */
class ConvergenceTest {
    private static final double DEVIATION = 0.5;
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);

    @Test
    void ddimIsOfFirstOrder() {
        assertThat(gain(ddim())).isBetween(1.8, 2.2);
    }

    @ParameterizedTest
    @EnumSource
    void dpmSolverPlusPlusIsOfSecondOrder(DpmSolverPlusPlus.Rule rule) {
        assertThat(gain(dpm(rule))).isBetween(3.6, 4.4);
        assertThat(error(dpm(rule), 50)).isLessThan(error(ddim(), 50) / 5);
    }

    /** Its weights are of fourth order for equal steps; the steps in noise ratio are not, and the paper claims second order. */
    @Test
    void plmsIsOfSecondOrder() {
        Sampler plms = new Pndm(Spacing.LEADING, 0, Finish.FIRST_TIMESTEP);
        assertThat(gain(plms)).isBetween(3.6, 4.4);
        assertThat(error(plms, 50)).isLessThan(error(ddim(), 50) / 5);
    }

    /** By what factor half the step reduces the error: 2 to the power of the order. */
    private static double gain(Sampler sampler) {
        return error(sampler, 50) / error(sampler, 100);
    }

    private static Sampler ddim() {
        return new Ddim(Spacing.LEADING, 0, Finish.FIRST_TIMESTEP, OptionalDouble.empty(), 0);
    }

    private static Sampler dpm(DpmSolverPlusPlus.Rule rule) {
        return new DpmSolverPlusPlus(
                Spacing.LEADING,
                0,
                SigmaSpacing.TIMESTEPS,
                2,
                rule,
                DpmSolverPlusPlus.LastStep.AS_OTHERS,
                Finish.FIRST_TIMESTEP);
    }

    /**
     * How far from the exact solution a sampler arrives half way, relative to it; the other half has steps too long to show an
     * order. Carries out the plan in double precision.
     */
    private static double error(Sampler sampler, int count) {
        List<PlannedStep> steps =
                sampler.plan(SCHEDULE, Steps.of(count).withDenoisingEnd(0.5)).steps();
        boolean remembersImages = sampler instanceof DpmSolverPlusPlus;
        List<Double> past = new ArrayList<>();
        double x = spread(steps.getFirst().level());
        for (PlannedStep step : steps) {
            double variance = Math.pow(spread(step.level()), 2);
            double eps = step.level().sigma() * x / variance;
            double x0 = step.level().alpha() * DEVIATION * DEVIATION * x / variance;
            x = step.ofX0() * x0 + step.ofEps() * eps;
            for (int k = 0; k < step.ofPast().size(); k++) {
                x += step.ofPast().get(k) * past.get(k);
            }
            if (step.remembered()) {
                past.addFirst(remembersImages ? x0 : eps);
            }
        }
        PlannedStep last = steps.getLast();
        double ofPast = last.ofPast().stream().mapToDouble(w -> w).sum();
        double exact = spread(new NoiseLevel(
                last.ofX0() + (remembersImages ? ofPast : 0), last.ofEps() + (remembersImages ? 0 : ofPast)));
        return Math.abs(x - exact) / exact;
    }

    private static double spread(NoiseLevel level) {
        return Math.hypot(level.alpha() * DEVIATION, level.sigma());
    }
}
