package dev.hypersd.sampler;

import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * One evaluation of the network and the step that follows it: a row of a {@link SamplingPlan}.
 *
 * <p>The next sample is a weighted sum of the images and noises that the network predicted in this and earlier
 * evaluations, and of fresh noise. A method with two evaluations in a step, such as Heun's, has two rows for it; the
 * second one uses the history of the first.
 *
 * @param timestep the timestep that the network gets; it may be fractional
 * @param level the noise level of the network's input
 * @param inputScale the factor of the sample that gives the network's input: diffusers' {@code scale_model_input}
 * @param boundary {@code c_out} and {@code c_skip} of a consistency model, whose image is {@code c_out x0 + c_skip
 *     input}; 1 and 0 for all other models
 * @param weights the weights of this evaluation, and of as many earlier ones as the step uses, the latest first
 * @param noise the weight of fresh noise; empty where none is drawn. Noise of weight 0 is drawn too, because otherwise
 *     later steps would get other noise
 */
public record SamplingStep(
        double timestep,
        NoiseLevel level,
        double inputScale,
        Blend boundary,
        List<Weights> weights,
        OptionalDouble noise) {
    /** The boundary of models that predict an image at every noise level. */
    static final Blend NO_BOUNDARY = new Blend(1, 0);

    /**
     * The weights of one evaluation in the next sample.
     *
     * @param sample the weight of the sample before scaling
     * @param x0 the weight of the predicted image
     * @param eps the weight of the predicted noise
     */
    public record Weights(double sample, double x0, double eps) {
        /** The weights of an evaluation that is not used. */
        public static final Weights NONE = new Weights(0, 0, 0);

        static Weights ofX0(double weight) {
            return new Weights(0, weight, 0);
        }

        static Weights ofEps(double weight) {
            return new Weights(0, 0, weight);
        }
    }

    public SamplingStep {
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("a step needs the weights of its own evaluation");
        }
        weights = List.copyOf(weights);
    }

    /** Creates a step to {@code x0 image + eps noise} without scaling, history and fresh noise. */
    static SamplingStep of(double timestep, NoiseLevel level, double x0, double eps) {
        return new SamplingStep(
                timestep, level, 1, NO_BOUNDARY, List.of(new Weights(0, x0, eps)), OptionalDouble.empty());
    }

    /** Creates the deterministic DDIM step to noise level {@code to}. */
    static SamplingStep jump(double timestep, NoiseLevel from, NoiseLevel to) {
        return of(timestep, from, to.alpha(), to.sigma());
    }

    SamplingStep withInputScale(double scale) {
        return new SamplingStep(timestep, level, scale, boundary, weights, noise);
    }

    SamplingStep withBoundary(Blend blend) {
        return new SamplingStep(timestep, level, inputScale, blend, weights, noise);
    }

    SamplingStep withNoise(double weight) {
        return new SamplingStep(timestep, level, inputScale, boundary, weights, OptionalDouble.of(weight));
    }

    /** Returns this step with weights of earlier evaluations, the latest first. */
    SamplingStep withHistory(List<Weights> earlier) {
        List<Weights> all = Stream.concat(Stream.of(now()), earlier.stream()).toList();
        return new SamplingStep(timestep, level, inputScale, boundary, all, noise);
    }

    /** Returns the weights of this step's own evaluation. */
    public Weights now() {
        return weights.getFirst();
    }

    /** Returns the weights of earlier evaluations, the latest first. */
    public List<Weights> earlier() {
        return weights.subList(1, weights.size());
    }
}
