package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.JsonObject;
import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Trajectory consistency sampling (Zheng et al., 2024, algorithm 4): jumps to a timestep below the next one, then adds
 * fresh noise.
 *
 * <p>From timestep t, with p the next one, it jumps to {@code s = floor((1 - eta) p)} and renoises from s to p. It is
 * the sampler of Hyper-SD's unified LoRAs.
 *
 * @param originalSteps the number of timesteps that the model was distilled with, 50 for all published ones
 * @param eta the amount of fresh noise, from 0 (none, which is DDIM) to 1 (jump to the image, then renoise it, as LCM
 *     does); it has no effect in the last step. Lower values give more detail at many steps
 */
public record Tcd(int originalSteps, double eta) implements Sampler {
    /** The default eta of the reference implementation. */
    public static final double DEFAULT_ETA = 0.3;

    public Tcd {
        if (!(eta >= 0 && eta <= 1)) {
            throw new InvalidRequestException("eta must be between 0 and 1, not " + eta);
        }
    }

    static Tcd from(JsonObject config) {
        return new Tcd(config.integer("original_inference_steps", 50), DEFAULT_ETA);
    }

    @Override
    public String name() {
        return "tcd";
    }

    @Override
    public String title() {
        return "TCD";
    }

    @Override
    public OptionalDouble optionalEta() {
        return OptionalDouble.of(eta);
    }

    @Override
    public Tcd withEta(double other) {
        return new Tcd(originalSteps, other);
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps wanted) {
        Steps steps = wanted.withinStrength();
        TimestepSchedule timesteps = TimestepSchedule.distilled(
                schedule, steps, () -> known(schedule.trainTimesteps(), steps), FinalSigma.SIGMA_MIN);
        List<SamplingStep> rows =
                timesteps.part(steps).mapToObj(i -> step(timesteps, i)).toList();
        return new SamplingPlan(name(), schedule.prediction(), rows);
    }

    /**
     * Returns the timesteps that the model was distilled with; all timesteps if {@code steps} sets the number of
     * original steps, as in the reference implementation.
     */
    private int[] known(int trainTimesteps, Steps steps) {
        return steps.originalSteps().isPresent()
                ? IntStream.range(0, (int) (trainTimesteps * steps.originStrength()))
                        .toArray()
                : TimestepSchedule.distillation(trainTimesteps, originalSteps, steps.originStrength());
    }

    private SamplingStep step(TimestepSchedule timesteps, int i) {
        int timestep = timesteps.timestep(i);
        NoiseLevel from = timesteps.from(i);
        if (i == timesteps.size() - 1) {
            return SamplingStep.jump(timestep, from, timesteps.to(i));
        }
        // Rounded like the reference, in single precision: 0.7 * 170 is 119 there and 118 in double.
        int target = (int) Math.floor((float) (1 - eta) * (float) timesteps.timestep(i + 1));
        NoiseLevel to = timesteps.noise().level(target);
        if (eta == 0) {
            return SamplingStep.jump(timestep, from, to);
        }
        Blend renoise = NoiseSchedule.renoise(to, timesteps.to(i));
        return SamplingStep.of(timestep, from, renoise.first() * to.alpha(), renoise.first() * to.sigma())
                .withNoise(renoise.second());
    }
}
