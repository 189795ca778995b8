package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.BetaSchedule;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * DPM-Solver++ multistep, "DPM++ 2M" (Lu et al., 2022, algorithm 2): a second-order solver that uses the predicted
 * image of the previous step.
 *
 * <p>It is for models that are not distilled, at about 20 steps; few-step models are trained for first-order jumps.
 *
 * @param spacing the spacing of the timesteps
 * @param sigmaSpacing whether the noise levels are those of the timesteps
 * @param order 1 (which is DDIM) or 2
 * @param rule the second-order rule
 * @param lastStep when the last step is of first order
 * @param end the noise that the last step leaves; where it leaves none, it is of first order
 */
public record DpmSolverPlusPlus(
        TimestepSpacing spacing, SigmaSpacing sigmaSpacing, int order, Rule rule, LastStep lastStep, FinalSigma end)
        implements Sampler {
    private static final int SHORT = 15;

    /** The ways in which the change of the predicted image between two steps is used. */
    public enum Rule {
        MIDPOINT,
        HEUN
    }

    /** The rule by which the last step is of first order, which is more stable. */
    public enum LastStep {
        /** Only where it ends at the clean image. */
        AS_OTHERS,
        /** If there are fewer than 15 steps, or where it ends at the clean image. */
        FIRST_ORDER_IF_SHORT,
        FIRST_ORDER
    }

    public DpmSolverPlusPlus {
        if (order != 1 && order != 2) {
            throw new InvalidRequestException("DPM-Solver++ is here of order 1 or 2, not " + order);
        }
    }

    /** Returns the solver known as DPM++ 2M, or as DPM++ 2M Karras. */
    static DpmSolverPlusPlus multistep(SigmaSpacing sigmaSpacing) {
        return new DpmSolverPlusPlus(
                TimestepSpacing.LINSPACE,
                sigmaSpacing,
                2,
                Rule.MIDPOINT,
                LastStep.FIRST_ORDER_IF_SHORT,
                FinalSigma.ZERO);
    }

    static DpmSolverPlusPlus from(JsonObject config) {
        Samplers.require(config, "algorithm_type", "dpmsolver++");
        int order = config.integer("solver_order", 2);
        if (order != 1 && order != 2) {
            throw config.invalid("solver_order", "must be 1 or 2, not " + order);
        }
        return new DpmSolverPlusPlus(
                TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE),
                SigmaSpacing.from(config),
                order,
                config.choice(
                        "solver_type",
                        Rule.MIDPOINT,
                        List.of(Rule.values()),
                        r -> r.name().toLowerCase(Locale.ROOT)),
                lastStep(config),
                FinalSigma.from(config));
    }

    private static LastStep lastStep(JsonObject config) {
        if (config.flag("euler_at_final", false)) {
            return LastStep.FIRST_ORDER;
        }
        return config.flag("lower_order_final", true) ? LastStep.FIRST_ORDER_IF_SHORT : LastStep.AS_OTHERS;
    }

    @Override
    public String name() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "dpmpp_2m_karras" : "dpmpp_2m";
    }

    @Override
    public String title() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "DPM++ 2M Karras" : "DPM++ 2M";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        // As in diffusers, which rounds down for the cosine schedule here, but not for UniPC and DEIS.
        boolean isCosine = schedule.settings().betaSchedule() == BetaSchedule.COSINE;
        SigmaSchedule sigmas = SigmaSchedule.ofDpmSolver(
                schedule, steps, spacing, sigmaSpacing, end, isCosine ? Math::floor : Math::rint);
        int[] part = sigmas.part(steps).toArray();
        List<SamplingStep> rows = Arrays.stream(part)
                .mapToObj(i -> i == part[0] || endsInFirstOrder(i, sigmas.size())
                        ? SamplingStep.jump(sigmas.timestep(i), sigmas.level(i), sigmas.level(i + 1))
                        : secondOrder(sigmas, i))
                .toList();
        return new SamplingPlan(name(), schedule.prediction(), rows);
    }

    private boolean endsInFirstOrder(int i, int size) {
        boolean wanted = switch (lastStep) {
            case AS_OTHERS -> false;
            case FIRST_ORDER_IF_SHORT -> size < SHORT;
            case FIRST_ORDER -> true;
        };
        return order == 1 || (i == size - 1 && (wanted || end == FinalSigma.ZERO));
    }

    /**
     * Returns a jump that is corrected by the slope of the predicted image over lambda, half the logarithm of the
     * signal-to-noise ratio.
     */
    private SamplingStep secondOrder(SigmaSchedule sigmas, int i) {
        NoiseLevel to = sigmas.level(i + 1);
        double h = to.lambda() - sigmas.level(i).lambda();
        double hBefore = sigmas.level(i).lambda() - sigmas.level(i - 1).lambda();
        double decay = Math.expm1(-h);
        double ofChange = switch (rule) {
            case MIDPOINT -> -to.alpha() * decay / 2;
            case HEUN -> h == 0 ? 0 : to.alpha() * (decay / h + 1);
        };
        double correction = ofChange * h / hBefore;
        return SamplingStep.of(sigmas.timestep(i), sigmas.level(i), to.alpha() + correction, to.sigma())
                .withHistory(List.of(Weights.ofX0(-correction)));
    }
}
