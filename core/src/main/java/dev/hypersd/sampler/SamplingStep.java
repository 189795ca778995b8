package dev.hypersd.sampler;

import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * One evaluation of the network and how the next sample follows from it: a row of a {@link SamplingPlan}.
 *
 * <p>The next sample is a weighted sum of what this evaluation and earlier ones saw, and of fresh noise. A method that
 * evaluates the network twice in a step, such as Heun's, has two rows for it: the second one goes from what the first
 * one remembers.
 *
 * @param timestep what the network is told, in training timesteps; not always whole
 * @param level the noise level of what the network is given
 * @param inputScale the sample times this is what the network is given: diffusers' {@code scale_model_input}
 * @param boundary {@code c_out} and {@code c_skip} of a consistency model: the image is
 *     {@code c_out x0 + c_skip input}; 1 and 0 for all other models
 * @param weights those of this evaluation, and of as many earlier ones as the step needs, the latest first
 * @param noise the weight of fresh noise, empty where none is drawn; noise of weight 0 is drawn all the same, because
 *     the steps after it would otherwise get noise that is not theirs
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
     * How much of one evaluation goes into the next sample.
     *
     * @param sample the weight of the sample that the network saw, before scaling
     * @param x0 the weight of the image that it saw in it
     * @param eps the weight of the noise that it saw in it
     */
    public record Weights(double sample, double x0, double eps) {
        /** An evaluation that does not enter. */
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

    /** Returns a step to {@code x0 image + eps noise} that needs neither scaling nor history nor fresh noise. */
    static SamplingStep of(double timestep, NoiseLevel level, double x0, double eps) {
        return new SamplingStep(
                timestep, level, 1, NO_BOUNDARY, List.of(new Weights(0, x0, eps)), OptionalDouble.empty());
    }

    /** Returns the deterministic step to noise level {@code to}, which is one of DDIM. */
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

    /** Returns the same with weights of earlier evaluations, the latest first. */
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
