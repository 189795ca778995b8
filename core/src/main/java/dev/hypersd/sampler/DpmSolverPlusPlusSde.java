package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * DPM-Solver++ with fresh noise, "DPM++ SDE" (Crowson's k-diffusion). A step first goes to its middle. The network
 * predicts the image there, and with this prediction the step goes from its beginning to its end.
 *
 * <p>N steps evaluate the network 2 N - 1 times, and both evaluations of a step draw noise of their own. k-diffusion
 * takes the noise from one Brownian path, so its pictures for the same seed are different ones.
 *
 * @param spacing where the steps lie
 * @param sigmaSpacing whether the noise levels are those of the timesteps
 */
public record DpmSolverPlusPlusSde(TimestepSpacing spacing, SigmaSpacing sigmaSpacing) implements Sampler {
    static DpmSolverPlusPlusSde from(JsonObject config) {
        return new DpmSolverPlusPlusSde(
                TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE), SigmaSpacing.from(config));
    }

    @Override
    public String name() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "dpmpp_sde_karras" : "dpmpp_sde";
    }

    @Override
    public String title() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "DPM++ SDE Karras" : "DPM++ SDE";
    }

    @Override
    public int evaluations(int steps) {
        return 2 * steps - 1;
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        SigmaSchedule sigmas = SigmaSchedule.ofEuler(schedule, steps, spacing, sigmaSpacing, FinalSigma.ZERO);
        List<SamplingStep> rows = new ArrayList<>();
        sigmas.part(steps).forEach(i -> {
            double from = sigmas.sigma(i);
            double to = sigmas.sigma(i + 1);
            if (to == 0) {
                rows.add(row(sigmas.timestep(i), from, 1, 0));
                return;
            }
            double middle = Math.sqrt(from * to);
            Ancestral first = Ancestral.of(from, middle);
            rows.add(row(sigmas.timestep(i), from, 1, first.down()).withNoise(first.up()));
            Ancestral whole = Ancestral.of(from, to);
            double kept = whole.down() / from;
            rows.add(row(sigmas.timestepOf(middle), middle, 1 - kept, 0)
                    .withHistory(List.of(new Weights(0, kept, whole.down())))
                    .withNoise(whole.up()));
        });
        return new SamplingPlan(
                name(), schedule.prediction(), sigmas.initNoiseSigma(spacing), OptionalDouble.empty(), rows);
    }

    private static SamplingStep row(double timestep, double sigma, double x0, double eps) {
        NoiseLevel level = NoiseLevel.ofRatio(sigma);
        return SamplingStep.of(timestep, level, x0, eps).withInputScale(level.alpha());
    }
}
