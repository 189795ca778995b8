package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;

/**
 * Pseudo linear multistep sampling, PLMS (Liu et al., 2022), the default of Stable Diffusion 1.5: jumps along a noise
 * that is extrapolated from up to four predictions.
 *
 * <p>It repeats the first step with the mean of two predictions, so N steps evaluate the network N + 1 times (once for
 * N = 1). Image-to-image, which takes the last part of the steps, begins in the same way.
 *
 * @param spacing the spacing of the timesteps
 * @param end the noise that the last step leaves
 */
public record Pndm(TimestepSpacing spacing, FinalSigma end) implements Sampler {
    /** The Adams-Bashforth weights of this prediction and those before it, by their number. */
    private static final List<double[]> WEIGHTS = List.of(
            new double[] {1},
            new double[] {3 / 2.0, -1 / 2.0},
            new double[] {23 / 12.0, -16 / 12.0, 5 / 12.0},
            new double[] {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0});

    static Pndm from(JsonObject config) {
        if (!config.flag("skip_prk_steps", false)) {
            throw config.invalid("skip_prk_steps", "must be true: the Runge-Kutta start of PNDM is not supported");
        }
        return new Pndm(
                TimestepSpacing.from(config, TimestepSpacing.Kind.LEADING), FinalSigma.fromAlpha(config, false));
    }

    @Override
    public String name() {
        return "pndm";
    }

    @Override
    public String title() {
        return "PLMS";
    }

    @Override
    public SamplingPlan plan(NoiseSchedule schedule, Steps steps) {
        TimestepSchedule timesteps = TimestepSchedule.spaced(schedule, steps, spacing, end);
        int[] part = timesteps.part(steps).toArray();
        List<SamplingStep> rows = new ArrayList<>();
        for (int i : part) {
            rows.add(multistep(timesteps, i, i - part[0]));
            if (i == part[0] && part.length > 1) {
                rows.add(repetition(timesteps, i));
            }
        }
        return new SamplingPlan(name(), schedule.prediction(), rows);
    }

    /** Returns a jump along the weighted sum of this prediction and those of {@code before} earlier steps. */
    private static SamplingStep multistep(TimestepSchedule timesteps, int i, int before) {
        double[] weights = WEIGHTS.get(Math.min(before, WEIGHTS.size() - 1));
        NoiseLevel to = timesteps.to(i);
        double ofJump = ofNoiseInJump(timesteps, i);
        List<Weights> earlier = new ArrayList<>();
        for (int k = 1; k < weights.length; k++) {
            if (k == before) { // The repetition lies between the first step and those that follow; it is left out.
                earlier.add(Weights.NONE);
            }
            earlier.add(Weights.ofEps(ofJump * weights[k]));
        }
        return SamplingStep.of(
                        timesteps.timestep(i), timesteps.from(i), to.alpha(), to.sigma() + ofJump * (weights[0] - 1))
                .withHistory(earlier);
    }

    /**
     * Returns the repetition of the first step: from the sample after a jump with the first prediction to where a jump
     * with the mean of both predictions would have led.
     */
    private static SamplingStep repetition(TimestepSchedule timesteps, int i) {
        NoiseLevel here = timesteps.from(i + 1);
        double half = ofNoiseInJump(timesteps, i) / 2;
        return SamplingStep.of(timesteps.timestep(i + 1), here, here.alpha(), here.sigma() + half)
                .withHistory(List.of(Weights.ofEps(-half)));
    }

    /**
     * Returns the factor of the noise in a jump: {@code sigma_s - alpha_s sigma_t
     * alpha_t}.
     */
    private static double ofNoiseInJump(TimestepSchedule timesteps, int i) {
        return timesteps.to(i).sigma()
                - timesteps.to(i).alpha() * timesteps.from(i).ratio();
    }
}
