package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The diffusion exponential integrator sampler (Zhang and Chen, 2023, rho-AB over log rho): it integrates the
 * polynomial over the logarithm of sigma through the predicted noises of this evaluation and of those before it.
 *
 * <p>It ends at the noise level of timestep 0, where the sigma of Stable Diffusion is 0.03.
 *
 * @param spacing where the steps lie
 * @param sigmaSpacing whether the noise levels are those of the timesteps
 * @param order the number of noises, 1 (then it is DDIM) to 3
 * @param isLowerAtTheEnd whether with fewer than 15 steps the last step is of order 1 and the one before of at most 2
 */
public record Deis(TimestepSpacing spacing, SigmaSpacing sigmaSpacing, int order, boolean isLowerAtTheEnd)
        implements Sampler {
    private static final int SHORT = 15;

    static Deis from(JsonObject config) {
        config.choice("algorithm_type", "deis", List.of("deis", "dpmsolver", "dpmsolver++"), name -> name);
        config.choice("solver_type", "logrho", List.of("logrho", "midpoint", "heun", "bh1", "bh2"), name -> name);
        return new Deis(
                TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE),
                SigmaSpacing.from(config),
                Samplers.order(config),
                config.flag("lower_order_final", true));
    }

    @Override
    public String name() {
        return "deis";
    }

    @Override
    public String title() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "DEIS Karras" : "DEIS";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        SigmaSchedule sigmas =
                SigmaSchedule.ofDpmSolver(schedule, steps, spacing, sigmaSpacing, FinalSigma.SIGMA_MIN, Math::rint);
        int[] part = sigmas.part(steps).toArray();
        List<SamplingStep> rows = Arrays.stream(part)
                .mapToObj(i -> step(sigmas, i, orderOf(i, i - part[0], sigmas.size())))
                .toList();
        return new SamplingPlan(name(), schedule.prediction(), rows);
    }

    private int orderOf(int i, int before, int size) {
        int possible = Math.min(order, before + 1);
        return isLowerAtTheEnd && size < SHORT ? Math.min(possible, size - i) : possible;
    }

    /** Returns the step with the noises of {@code order} evaluations, measured in log sigma from its beginning. */
    private static SamplingStep step(SigmaSchedule sigmas, int i, int order) {
        double from = sigmas.sigma(i);
        double change = Math.log(sigmas.sigma(i + 1) / from);
        double[] nodes = IntStream.range(0, order)
                .mapToDouble(k -> Math.log(sigmas.sigma(i - k) / from))
                .toArray();
        double[] weights = Multistep.weights(nodes, exponentialMoments(change, order));
        NoiseLevel to = sigmas.level(i + 1);
        return SamplingStep.of(sigmas.timestep(i), sigmas.level(i), to.alpha(), to.alpha() * from * (1 + weights[0]))
                .withHistory(Arrays.stream(weights)
                        .skip(1)
                        .mapToObj(weight -> Weights.ofEps(to.alpha() * from * weight))
                        .toList());
    }

    /** Returns the integrals of {@code u^k exp(u)} from 0 to {@code end}, by parts. */
    private static double[] exponentialMoments(double end, int count) {
        double[] moments = new double[count];
        moments[0] = Math.expm1(end);
        for (int k = 1; k < count; k++) {
            moments[k] = Math.pow(end, k) * Math.exp(end) - k * moments[k - 1];
        }
        return moments;
    }
}
