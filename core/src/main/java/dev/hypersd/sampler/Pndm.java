package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.PredictionType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Pseudo linear multistep sampling, PLMS (Liu et al., 2022), the default of Stable Diffusion 1.5: jumps with an output
 * of the network that is extrapolated from up to four, whatever it predicts.
 *
 * <p>It repeats the first step with the mean of two outputs, so N steps evaluate the network N + 1 times (once for
 * N = 1). Image-to-image, which takes the last part of the steps, begins in the same way.
 *
 * @param spacing the spacing of the timesteps
 * @param end the noise that the last step leaves
 */
public record Pndm(TimestepSpacing spacing, FinalSigma end) implements Sampler {
    /** The Adams-Bashforth weights of this output and those before it, by their number. */
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
    public int evaluations(int steps) {
        return steps == 1 ? 1 : steps + 1;
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

    /** Returns a jump with the weighted sum of this output and those of {@code before} earlier steps. */
    private static SamplingStep multistep(TimestepSchedule timesteps, int i, int before) {
        double[] shares = WEIGHTS.get(Math.min(before, WEIGHTS.size() - 1));
        PredictionType prediction = timesteps.noise().prediction();
        Blend jump = prediction.jump(timesteps.from(i), timesteps.to(i));
        List<Weights> weights = new ArrayList<>();
        weights.add(ofOutput(prediction, timesteps.from(i), jump.first(), jump.second() * shares[0]));
        for (int k = 1; k < shares.length; k++) {
            if (k == before) { // The repetition lies between the first step and those that follow; it is left out.
                weights.add(Weights.NONE);
            }
            weights.add(ofOutput(prediction, timesteps.from(i - k), 0, jump.second() * shares[k]));
        }
        return step(timesteps.timestep(i), timesteps.from(i), weights);
    }

    /**
     * Returns the repetition of the first step: a jump from its sample to the second timestep with the mean of both
     * outputs. As in the reference implementation, that jump is as long as the others, even where the spacing puts the
     * first two timesteps further apart.
     */
    private static SamplingStep repetition(TimestepSchedule timesteps, int i) {
        PredictionType prediction = timesteps.noise().prediction();
        int stride = timesteps.timestep(i) - timesteps.targets()[i];
        NoiseLevel to = timesteps.from(i + 1);
        Blend jump = prediction.jump(timesteps.noise().level(timesteps.timestep(i + 1) + stride), to);
        return step(
                timesteps.timestep(i + 1),
                to,
                List.of(
                        ofOutput(prediction, to, 0, jump.second() / 2),
                        ofOutput(prediction, timesteps.from(i), jump.first(), jump.second() / 2)));
    }

    /** Returns the weights that an evaluation at {@code level} has by its sample and by the output of the network. */
    private static Weights ofOutput(PredictionType prediction, NoiseLevel level, double sample, double output) {
        Blend parts = prediction.output(level);
        return new Weights(sample, output * parts.first(), output * parts.second());
    }

    private static SamplingStep step(int timestep, NoiseLevel level, List<Weights> weights) {
        return new SamplingStep(timestep, level, 1, SamplingStep.NO_BOUNDARY, weights, OptionalDouble.empty());
    }
}
