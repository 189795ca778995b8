package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Heun's method on the probability flow (Karras et al., 2022, algorithm 1 without churn): a step of Euler's method,
 * which is then repeated with the mean of the noises that the network predicts at both of its ends.
 *
 * <p>N steps evaluate the network 2 N - 1 times: the last one, to the clean image, is a step of Euler's method.
 *
 * @param spacing where the steps lie
 * @param sigmaSpacing whether the noise levels are those of the timesteps
 */
public record Heun(TimestepSpacing spacing, SigmaSpacing sigmaSpacing) implements Sampler {
    static Heun from(JsonObject config) {
        if (config.flag("clip_sample", false)) {
            throw config.invalid("clip_sample", "must be false: Heun's method has no limit of the image here");
        }
        return new Heun(TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE), SigmaSpacing.from(config));
    }

    @Override
    public String name() {
        return "heun";
    }

    @Override
    public String title() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "Heun Karras" : "Heun";
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
            double change = sigmas.sigma(i + 1) - sigmas.sigma(i);
            rows.add(row(sigmas, i, 1, sigmas.sigma(i + 1)));
            if (sigmas.sigma(i + 1) > 0) {
                rows.add(row(sigmas, i + 1, 0, change / 2)
                        .withHistory(List.of(new Weights(0, 1, sigmas.sigma(i) + change / 2))));
            }
        });
        return new SamplingPlan(
                name(), schedule.prediction(), sigmas.initNoiseSigma(spacing), OptionalDouble.empty(), rows);
    }

    private static SamplingStep row(SigmaSchedule sigmas, int i, double x0, double eps) {
        NoiseLevel level = sigmas.level(i);
        return SamplingStep.of(sigmas.timestep(i), level, x0, eps).withInputScale(level.alpha());
    }
}
