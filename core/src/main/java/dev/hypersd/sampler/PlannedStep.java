package dev.hypersd.sampler;

import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One row of a plan: the next sample is {@code ofX0 x0 + ofEps eps + ofNoise z + sum_k ofPast[k] past[k]}, with the image {@code x0} and
 * the noise {@code eps} that the network sees in the present sample, and fresh noise {@code z}.
 *
 * @param timestep what the network is told, in training timesteps; not always whole
 * @param level the noise level of what the network is given
 * @param inputScale the sample times this is what the network is given
 * @param estimate how the image estimate is made of the predicted image (first) and the network's input (second)
 * @param ofX0 the weight of the image estimate
 * @param ofEps the weight of the predicted noise
 * @param ofNoise the weight of fresh noise, empty where none is drawn; noise of weight 0 is drawn all the same, because the steps after it
 *     would otherwise get noise that is not theirs
 * @param ofPast the weights of what earlier steps left, the latest first
 * @param remembered whether this step leaves something to later ones
 */
public record PlannedStep(
        double timestep,
        NoiseLevel level,
        double inputScale,
        Blend estimate,
        double ofX0,
        double ofEps,
        OptionalDouble ofNoise,
        List<Double> ofPast,
        boolean remembered) {
    static final Blend PREDICTED = new Blend(1, 0);

    public PlannedStep {
        ofPast = List.copyOf(ofPast);
    }

    /** {@code ofX0 x0 + ofEps eps} from a sample that the network is given as it is. */
    static PlannedStep of(double timestep, NoiseLevel level, double ofX0, double ofEps) {
        return new PlannedStep(timestep, level, 1, PREDICTED, ofX0, ofEps, OptionalDouble.empty(), List.of(), true);
    }

    /** The deterministic step to noise level {@code to}. */
    static PlannedStep jump(double timestep, NoiseLevel from, NoiseLevel to) {
        return of(timestep, from, to.alpha(), to.sigma());
    }

    PlannedStep scaled(double scale) {
        return new PlannedStep(timestep, level, scale, estimate, ofX0, ofEps, ofNoise, ofPast, remembered);
    }

    PlannedStep estimating(Blend blend) {
        return new PlannedStep(timestep, level, inputScale, blend, ofX0, ofEps, ofNoise, ofPast, remembered);
    }

    PlannedStep noised(double weight) {
        return new PlannedStep(
                timestep, level, inputScale, estimate, ofX0, ofEps, OptionalDouble.of(weight), ofPast, remembered);
    }

    PlannedStep recalling(List<Double> weights) {
        return new PlannedStep(timestep, level, inputScale, estimate, ofX0, ofEps, ofNoise, weights, remembered);
    }

    PlannedStep forgotten() {
        return new PlannedStep(timestep, level, inputScale, estimate, ofX0, ofEps, ofNoise, ofPast, false);
    }
}
