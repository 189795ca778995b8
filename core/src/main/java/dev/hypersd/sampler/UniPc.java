package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The unified predictor-corrector UniPC (Zhao et al., 2023), predicting images: each evaluation first corrects the step
 * that led to it, and then the next step starts from the corrected sample.
 *
 * <p>The network is evaluated at the predicted sample and not again at the corrected one, so a step evaluates it once.
 * The correction adds earlier images to the sample, so prediction and correction together are one row of weights.
 *
 * @param spacing where the steps lie
 * @param sigmaSpacing whether the noise levels are those of the timesteps
 * @param order the number of images of the predictor, 1 to 3; the corrector has one more
 * @param variant the function B(h) of the paper
 * @param isLowerAtTheEnd whether the order falls to 1 over the last steps
 * @param end how much noise the last step leaves; where it leaves none it is always of first order
 */
public record UniPc(
        TimestepSpacing spacing,
        SigmaSpacing sigmaSpacing,
        int order,
        Variant variant,
        boolean isLowerAtTheEnd,
        FinalSigma end)
        implements Sampler {
    /** The weight of a single difference. The reference implementation rounds the exact solution to it. */
    private static final double[] HALF = {0.5};

    /** The scale of a step, the function B(h) of the paper. */
    public enum Variant {
        /** {@code B(h) = h}. */
        BH1,
        /** {@code B(h) = exp(h) - 1}, which suits guided sampling and few steps better. */
        BH2
    }

    static UniPc from(JsonObject config) {
        if (!config.flag("predict_x0", true)) {
            throw config.invalid("predict_x0", "must be true: UniPC predicts images here, not noise");
        }
        if (!config.integers("disable_corrector", List.of()).isEmpty()) {
            throw config.invalid("disable_corrector", "must be empty: UniPC corrects every step here");
        }
        String type =
                config.choice("solver_type", "bh2", List.of("bh1", "bh2", "midpoint", "heun", "logrho"), name -> name);
        return new UniPc(
                TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE),
                SigmaSpacing.from(config),
                Samplers.order(config),
                type.equals("bh1") ? Variant.BH1 : Variant.BH2, // The names of other solvers mean it too.
                config.flag("lower_order_final", true),
                FinalSigma.from(config));
    }

    @Override
    public String name() {
        return "unipc";
    }

    @Override
    public String title() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "UniPC Karras" : "UniPC";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        SigmaSchedule sigmas = SigmaSchedule.ofDpmSolver(schedule, steps, spacing, sigmaSpacing, end, Math::rint);
        List<SamplingStep> rows = new ArrayList<>();
        int orderBefore = 0;
        for (int i : sigmas.part(steps).toArray()) {
            int orderNow = orderOf(i, rows.size(), sigmas);
            rows.add(step(sigmas, i, orderBefore, orderNow));
            orderBefore = orderNow;
        }
        return new SamplingPlan(name(), schedule.prediction(), rows);
    }

    private int orderOf(int i, int before, SigmaSchedule sigmas) {
        int left = isLowerAtTheEnd ? sigmas.size() - i : order;
        return sigmas.sigma(i + 1) == 0 ? 1 : Math.min(Math.min(order, left), before + 1);
    }

    /**
     * Returns a jump, corrected by the images seen so far.
     *
     * @param orderBefore the order of the step before, 0 if there was none
     */
    private SamplingStep step(SigmaSchedule sigmas, int i, int orderBefore, int orderNow) {
        NoiseLevel to = sigmas.level(i + 1);
        double[] x0 = new double[Math.max(orderNow, orderBefore + 1)];
        x0[0] = to.alpha();
        if (orderBefore > 0) {
            double kept = to.sigma() / sigmas.level(i).sigma();
            add(x0, 1, predictor(sigmas, i - 1, orderBefore), -kept);
            add(x0, 0, corrector(sigmas, i - 1, orderBefore), kept);
        }
        add(x0, 0, predictor(sigmas, i, orderNow), 1);
        return SamplingStep.of(sigmas.timestep(i), sigmas.level(i), x0[0], to.sigma())
                .withHistory(Arrays.stream(x0).skip(1).mapToObj(Weights::ofX0).toList());
    }

    private static void add(double[] sum, int offset, double[] terms, double factor) {
        for (int k = 0; k < terms.length; k++) {
            sum[offset + k] += factor * terms[k];
        }
    }

    /**
     * Returns the weights of images that the predictor adds to the jump from level {@code i}, the latest image first.
     */
    private double[] predictor(SigmaSchedule sigmas, int i, int count) {
        double[] added = new double[count];
        if (count > 1) {
            double[] nodes = nodes(sigmas, i, count);
            double[] weights = count == 2 ? HALF : Multistep.weights(nodes, moments(step(sigmas, i), count - 1));
            differences(added, 0, weights, nodes, scale(sigmas, i));
        }
        return added;
    }

    /** Returns the same for the corrector, which also uses image {@code i + 1}, the first of the weights. */
    private double[] corrector(SigmaSchedule sigmas, int i, int count) {
        double[] nodes = Arrays.copyOf(nodes(sigmas, i, count), count);
        nodes[count - 1] = 1;
        double[] weights = count == 1 ? HALF : Multistep.weights(nodes, moments(step(sigmas, i), count));
        double scale = scale(sigmas, i);
        double[] added = new double[count + 1];
        differences(added, 1, Arrays.copyOf(weights, count - 1), nodes, scale);
        added[0] = scale * weights[count - 1];
        added[1] -= scale * weights[count - 1];
        return added;
    }

    /** Adds {@code scale} times the weighted difference quotients of earlier images and the one at {@code first}. */
    private static void differences(double[] sum, int first, double[] weights, double[] nodes, double scale) {
        for (int k = 0; k < weights.length; k++) {
            double share = scale * weights[k] / nodes[k];
            sum[first + k + 1] += share;
            sum[first] -= share;
        }
    }

    /** Returns the distances in lambda of the images before {@code i}, in units of the step from {@code i}. */
    private static double[] nodes(SigmaSchedule sigmas, int i, int count) {
        double lambda = sigmas.level(i).lambda();
        return IntStream.range(1, count)
                .mapToDouble(k -> (lambda - sigmas.level(i - k).lambda()) / step(sigmas, i))
                .toArray();
    }

    /** Returns the step from level {@code i} in lambda, which is negative. */
    private static double step(SigmaSchedule sigmas, int i) {
        return sigmas.level(i).lambda() - sigmas.level(i + 1).lambda();
    }

    private double scale(SigmaSchedule sigmas, int i) {
        return -sigmas.level(i + 1).alpha() * scale(step(sigmas, i));
    }

    /** Returns B(h) of the paper. */
    private double scale(double step) {
        return switch (variant) {
            case BH1 -> step;
            case BH2 -> Math.expm1(step);
        };
    }

    /** Returns the right-hand side of the paper's equation for the weights (theorem 3.1). */
    private double[] moments(double step, int count) {
        double[] moments = new double[count];
        double phi = Math.expm1(step) / step - 1;
        double factorial = 1;
        for (int k = 0; k < count; k++) {
            moments[k] = phi * factorial / scale(step);
            factorial *= k + 2;
            phi = phi / step - 1 / factorial;
        }
        return moments;
    }
}
