package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The linear multistep method of k-diffusion (Crowson): it integrates the polynomial over sigma through the predicted
 * noises of this evaluation and of up to three before it.
 *
 * <p>If only the last steps are taken (image-to-image), the first of them uses a single noise, as the first of all
 * steps does.
 *
 * @param spacing where the steps lie
 * @param sigmaSpacing whether the noise levels are those of the timesteps
 */
public record Lms(TimestepSpacing spacing, SigmaSpacing sigmaSpacing) implements Sampler {
    private static final int ORDER = 4;

    static Lms from(JsonObject config) {
        return new Lms(TimestepSpacing.from(config, TimestepSpacing.Kind.LINSPACE), SigmaSpacing.from(config));
    }

    @Override
    public String name() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "lms_karras" : "lms";
    }

    @Override
    public String title() {
        return sigmaSpacing == SigmaSpacing.KARRAS ? "LMS Karras" : "LMS";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        SigmaSchedule sigmas = SigmaSchedule.ofEuler(schedule, steps, spacing, sigmaSpacing, FinalSigma.ZERO);
        int[] part = sigmas.part(steps).toArray();
        List<SamplingStep> rows = Arrays.stream(part)
                .mapToObj(i -> step(sigmas, i, Math.min(i - part[0] + 1, ORDER)))
                .toList();
        return new SamplingPlan(
                name(), schedule.prediction(), sigmas.initNoiseSigma(spacing), OptionalDouble.empty(), rows);
    }

    /** Returns the step with the noises of {@code order} evaluations, measured in sigma from its beginning. */
    private static SamplingStep step(SigmaSchedule sigmas, int i, int order) {
        double from = sigmas.sigma(i);
        double change = sigmas.sigma(i + 1) - from;
        double[] nodes = IntStream.range(0, order)
                .mapToDouble(k -> sigmas.sigma(i - k) - from)
                .toArray();
        double[] moments = IntStream.rangeClosed(1, order)
                .mapToDouble(k -> Math.pow(change, k) / k)
                .toArray();
        double[] weights = Multistep.weights(nodes, moments);
        NoiseLevel level = sigmas.level(i);
        return SamplingStep.of(sigmas.timestep(i), level, 1, from + weights[0])
                .withInputScale(level.alpha())
                .withHistory(
                        Arrays.stream(weights).skip(1).mapToObj(Weights::ofEps).toList());
    }
}
