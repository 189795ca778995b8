package dev.hypersd.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Solvers against an exact solution. If images are normal with standard deviation d, the best prediction of the noise
 * is linear in the sample, and the deterministic way keeps the sample in proportion to
 * {@code sqrt(alpha^2 d^2 + sigma^2)}.
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

    /**
     * Its weights are of fourth order for equal steps; the steps in noise ratio are not, and the paper claims second
     * order.
     */
    @Test
    void plmsIsOfSecondOrder() {
        Sampler plms = new Pndm(TimestepSpacing.leading(0), FinalSigma.SIGMA_MIN);
        assertThat(gain(plms)).isBetween(3.6, 4.4);
        assertThat(error(plms, 50)).isLessThan(error(ddim(), 50) / 5);
    }

    @ParameterizedTest
    @MethodSource
    void solversOfHigherOrderAreOfSecondOrderAtLeast(Sampler solver) {
        assertThat(gain(solver)).isGreaterThan(3.6);
        assertThat(error(solver, 50)).isLessThan(error(ddim(), 50) / 5);
    }

    static List<Sampler> solversOfHigherOrderAreOfSecondOrderAtLeast() {
        TimestepSpacing even = TimestepSpacing.leading(0);
        SigmaSpacing sigmas = SigmaSpacing.TIMESTEPS;
        return List.of(
                new Heun(even, sigmas),
                new Lms(even, sigmas),
                new Deis(even, sigmas, 2, false),
                new Deis(even, sigmas, 3, false),
                new UniPc(even, sigmas, 2, UniPc.Variant.BH2, false, FinalSigma.SIGMA_MIN),
                new UniPc(even, sigmas, 3, UniPc.Variant.BH1, false, FinalSigma.SIGMA_MIN));
    }

    /** By what factor half the step reduces the error: 2 to the power of the order. */
    private static double gain(Sampler sampler) {
        return error(sampler, 50) / error(sampler, 100);
    }

    private static Sampler ddim() {
        return new Ddim(TimestepSpacing.leading(0), FinalSigma.SIGMA_MIN, OptionalDouble.empty(), 0);
    }

    private static Sampler dpm(DpmSolverPlusPlus.Rule rule) {
        return new DpmSolverPlusPlus(
                TimestepSpacing.leading(0),
                SigmaSpacing.TIMESTEPS,
                2,
                rule,
                DpmSolverPlusPlus.LastStep.AS_OTHERS,
                FinalSigma.SIGMA_MIN);
    }

    /**
     * How far from the exact solution a sampler arrives half way, relative to it; the other half has steps too long to
     * show an order. Carries out the plan in double precision.
     */
    private static double error(Sampler sampler, int count) {
        List<SamplingStep> steps =
                sampler.plan(SCHEDULE, Steps.of(count).withDenoisingEnd(0.5)).steps();
        List<double[]> seen = new ArrayList<>(); // sample, image and noise of every evaluation, the latest first
        double x = spread(steps.getFirst().level()) / steps.getFirst().inputScale();
        double exact = x;
        for (SamplingStep step : steps) {
            double input = x * step.inputScale();
            double variance = Math.pow(spread(step.level()), 2);
            double x0 = step.level().alpha() * DEVIATION * DEVIATION * input / variance;
            double eps = step.level().sigma() * input / variance;
            seen.addFirst(new double[] {x, x0, eps});
            x = 0;
            double alpha = 0;
            double sigma = 0;
            for (int k = 0; k < step.weights().size(); k++) {
                Weights weights = step.weights().get(k);
                double[] evaluation = seen.get(k);
                x += weights.sample() * evaluation[0] + weights.x0() * evaluation[1] + weights.eps() * evaluation[2];
                SamplingStep then = steps.get(seen.size() - 1 - k);
                alpha += weights.sample() * then.level().alpha() / then.inputScale() + weights.x0();
                sigma += weights.sample() * then.level().sigma() / then.inputScale() + weights.eps();
            }
            exact = spread(new NoiseLevel(alpha, sigma));
        }
        return Math.abs(x - exact) / exact;
    }

    private static double spread(NoiseLevel level) {
        return Math.hypot(level.alpha() * DEVIATION, level.sigma());
    }
}
