package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * DPM-Solver++ multistep with fresh noise, "DPM++ 2M SDE" and "DPM++ 3M SDE" (Crowson's k-diffusion): a solver of
 * second or third order that remembers the images of the steps before.
 *
 * @param sigmaSpacing whether the noise levels are those of the timesteps, which are evenly spaced with both ends
 * @param order 2 or 3
 */
public record DpmSolverPlusPlusMultistepSde(SigmaSpacing sigmaSpacing, int order) implements Sampler {
    public DpmSolverPlusPlusMultistepSde {
        if (order != 2 && order != 3) {
            throw new InvalidRequestException("DPM-Solver++ with fresh noise is here of order 2 or 3, not " + order);
        }
    }

    @Override
    public String name() {
        return "dpmpp_%dm_sde%s".formatted(order, sigmaSpacing == SigmaSpacing.KARRAS ? "_karras" : "");
    }

    @Override
    public String title() {
        return "DPM++ %dM SDE%s".formatted(order, sigmaSpacing == SigmaSpacing.KARRAS ? " Karras" : "");
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        SigmaSchedule sigmas =
                SigmaSchedule.ofEuler(schedule, steps, TimestepSpacing.LINSPACE, sigmaSpacing, FinalSigma.ZERO);
        int[] part = sigmas.part(steps).toArray();
        List<SamplingStep> rows = Arrays.stream(part)
                .mapToObj(i -> step(sigmas, i, Math.min(i - part[0] + 1, order)))
                .toList();
        return new SamplingPlan(
                name(),
                schedule.prediction(),
                sigmas.initNoiseSigma(TimestepSpacing.LINSPACE),
                OptionalDouble.empty(),
                rows);
    }

    private SamplingStep step(SigmaSchedule sigmas, int i, int seen) {
        double from = sigmas.sigma(i);
        double to = sigmas.sigma(i + 1);
        NoiseLevel level = sigmas.level(i);
        if (to == 0) {
            return SamplingStep.of(sigmas.timestep(i), level, 1, 0).withInputScale(level.alpha());
        }
        double step =
                Math.log(from / to); // in -log sigma; twice as much noise is removed, and half of it is added anew
        double[] x0 = new double[seen];
        x0[0] = 1;
        switch (seen) {
            case 2 -> addSlope(x0, slope(sigmas, i), order == 2 ? -Math.expm1(-2 * step) / 2 : phi2(2 * step));
            case 3 -> addSlopeAndCurvature(x0, sigmas, i, step);
            default -> {
                // One image alone has no slope.
            }
        }
        double kept = to / from;
        return SamplingStep.of(sigmas.timestep(i), level, x0[0], kept * to)
                .withInputScale(level.alpha())
                .withHistory(Arrays.stream(x0).skip(1).mapToObj(Weights::ofX0).toList())
                .withNoise(to * Math.sqrt(1 - kept * kept));
    }

    /** Returns the factor that turns the difference of the last two images into a slope over the next step. */
    private static double slope(SigmaSchedule sigmas, int i) {
        return Math.log(sigmas.sigma(i) / sigmas.sigma(i + 1)) / Math.log(sigmas.sigma(i - 1) / sigmas.sigma(i));
    }

    private static void addSlope(double[] x0, double slope, double factor) {
        x0[0] += factor * slope;
        x0[1] -= factor * slope;
    }

    /** Adds slope and curvature of the parabola through three images. */
    private static void addSlopeAndCurvature(double[] x0, SigmaSchedule sigmas, int i, double step) {
        double latest = Math.log(sigmas.sigma(i - 1) / sigmas.sigma(i)) / step;
        double earlier = Math.log(sigmas.sigma(i - 2) / sigmas.sigma(i - 1)) / step;
        double phi2 = phi2(2 * step);
        double phi3 = phi2 / (2 * step) - 0.5;
        double ofDifference = (phi2 * latest - phi3) / (latest + earlier);
        double ofLatest = (phi2 + ofDifference) / latest;
        double ofEarlier = -ofDifference / earlier;
        x0[0] += ofLatest;
        x0[1] += ofEarlier - ofLatest;
        x0[2] -= ofEarlier;
    }

    private static double phi2(double step) {
        return Math.expm1(-step) / step + 1;
    }
}
