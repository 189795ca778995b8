package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Euler's method on the probability flow (Karras et al., 2022, algorithm 1 without churn), the default of SDXL.
 *
 * <p>Samples are {@code x0 + sigma eps}, not of unit variance, so the network's input is scaled. Otherwise its steps
 * are those of DDIM.
 *
 * @param spacing the spacing of the timesteps
 * @param sigmaSpacing whether the noise levels are those of the timesteps
 * @param end the noise that the last step leaves
 */
public record Euler(TimestepSpacing spacing, SigmaSpacing sigmaSpacing, FinalSigma end) implements Sampler {
    static Euler from(JsonObject config) {
        Samplers.require(config, "interpolation_type", "linear");
        Samplers.require(config, "timestep_type", "discrete");
        return new Euler(
                TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE),
                SigmaSpacing.from(config),
                FinalSigma.from(config));
    }

    @Override
    public String name() {
        return "euler";
    }

    @Override
    public String title() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "Euler Karras" : "Euler";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        SigmaSchedule sigmas = SigmaSchedule.ofEuler(schedule, steps, spacing, sigmaSpacing, end);
        List<SamplingStep> rows =
                sigmas.part(steps).mapToObj(i -> step(sigmas, i)).toList();
        return new SamplingPlan(
                name(), schedule.prediction(), sigmas.initNoiseSigma(spacing), OptionalDouble.empty(), rows);
    }

    private static SamplingStep step(SigmaSchedule sigmas, int i) {
        NoiseLevel from = sigmas.level(i);
        return SamplingStep.of(sigmas.timestep(i), from, 1, sigmas.sigma(i + 1)).withInputScale(from.alpha());
    }
}
