package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Latent consistency sampling (Luo et al., 2023, algorithm 3): predict the image, then renoise it to the next timestep.
 *
 * <p>The prediction is {@code c_out x0 + c_skip x}, with {@code c_skip} above 1e-5 only within the last few timesteps.
 *
 * @param originalSteps the number of timesteps that the model was distilled with, 50 for all published ones
 * @param timestepScaling how fast {@code c_skip} falls with the timestep, 10 for all published ones
 * @param clip the limit of the predicted image's absolute values; empty for latents
 * @param shiftedTimestep for the models of NitroFusion (Chen et al., 2024): the network is given
 *     {@code t * shiftedTimestep / T} instead of timestep t, and predicts as at that noise level; empty for all others
 */
public record Lcm(int originalSteps, double timestepScaling, OptionalDouble clip, OptionalInt shiftedTimestep)
        implements Sampler {
    /** The sampler of all published models other than those of NitroFusion. */
    static final Lcm USUAL = new Lcm(50, 10, OptionalDouble.empty(), OptionalInt.empty());

    private static final double SIGMA_DATA = 0.5;

    /** Returns the sampler of a model of NitroFusion, which was distilled with four timesteps. */
    static Lcm shifted(int timestep) {
        return new Lcm(4, USUAL.timestepScaling, OptionalDouble.empty(), OptionalInt.of(timestep));
    }

    static Lcm from(JsonObject config) {
        return new Lcm(
                config.integer("original_inference_steps", 50),
                config.number("timestep_scaling", 10),
                Samplers.clip(config, false),
                OptionalInt.empty());
    }

    @Override
    public String name() {
        return shiftedTimestep.isPresent() ? "lcm_shift_" + shiftedTimestep.getAsInt() : "lcm";
    }

    @Override
    public String title() {
        return shiftedTimestep.isPresent() ? "LCM shift " + shiftedTimestep.getAsInt() : "LCM";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps wanted) {
        Steps steps = wanted.withinStrength();
        int original = steps.originalSteps().orElse(originalSteps);
        TimestepSchedule timesteps = TimestepSchedule.distilled(
                schedule,
                steps,
                () -> TimestepSchedule.distillation(schedule.trainTimesteps(), original, steps.originStrength()),
                FinalSigma.ZERO);
        List<SamplingStep> rows =
                timesteps.part(steps).mapToObj(i -> step(timesteps, i)).toList();
        return new SamplingPlan(name(), schedule.prediction(), 1, clip, rows);
    }

    private SamplingStep step(TimestepSchedule timesteps, int i) {
        NoiseSchedule noise = timesteps.noise();
        int timestep = shiftedTimestep.isPresent()
                ? timesteps.timestep(i) * shiftedTimestep.getAsInt() / noise.trainTimesteps()
                : timesteps.timestep(i);
        NoiseLevel to = timesteps.to(i);
        SamplingStep step =
                SamplingStep.of(timestep, noise.level(timestep), to.alpha(), 0).withBoundary(boundary(timestep));
        return i == timesteps.size() - 1 ? step : step.withNoise(to.sigma());
    }

    /** Returns {@code c_out} and {@code c_skip}, with which the prediction at timestep 0 is the sample itself. */
    private Blend boundary(int timestep) {
        double scaled = timestep * timestepScaling;
        double norm = Math.hypot(scaled, SIGMA_DATA);
        return new Blend(scaled / norm, SIGMA_DATA * SIGMA_DATA / (norm * norm));
    }
}
