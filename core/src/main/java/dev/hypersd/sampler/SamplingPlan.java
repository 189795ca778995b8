package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.sampler.SamplingStep.Weights;
import dev.hypersd.sampler.StepResult.Evaluation;
import dev.hypersd.schedule.Blend;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * All steps from noise to an image, as a table of numbers: immutable, validated, printable.
 *
 * <p>Samples are {@code [B, C, H, W]}, F32. Results are new tensors that belong to the scope around the call.
 *
 * @param sampler the name of the sampler that made this plan
 * @param prediction what the network predicts
 * @param initNoiseSigma the factor of unit normal noise that gives the initial sample
 * @param clip the limit of the predicted image's absolute values, if present; for models that work on pixels
 * @param steps the steps, one for each evaluation of the network, at least one
 */
public record SamplingPlan(
        String sampler,
        PredictionType prediction,
        double initNoiseSigma,
        OptionalDouble clip,
        List<SamplingStep> steps) {
    /**
     * Refuses steps that increase the noise, and a noise level at which the image does not follow from the prediction.
     */
    public SamplingPlan {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new InvalidRequestException("a plan needs at least one step");
        }
        double before = Double.POSITIVE_INFINITY;
        for (SamplingStep step : steps) {
            double ratio = step.level().ratio();
            if (!(ratio <= before)) {
                throw new InvalidRequestException("timesteps must decrease: at %s the noise is stronger than before"
                        .formatted(number(step.timestep())));
            }
            if (!Double.isFinite(prediction.x0(step.level()).first())) {
                throw new InvalidRequestException(
                        ("timestep %s is pure noise (zero terminal SNR), where %s prediction does not determine the "
                                        + "image: it takes a model with v_prediction")
                                .formatted(number(step.timestep()), prediction.text()));
            }
            before = ratio;
        }
    }

    /** Creates a plan for samples of unit variance at the noisy end, without scaling and clipping. */
    SamplingPlan(String sampler, PredictionType prediction, List<SamplingStep> steps) {
        this(sampler, prediction, 1, OptionalDouble.empty(), steps);
    }

    /** Returns the number of evaluations of the network. */
    public int size() {
        return steps.size();
    }

    /** Returns the timestep that the network gets in step {@code i}; it may be fractional. */
    public double timestep(int i) {
        return steps.get(i).timestep();
    }

    /** Returns how many steps begin within the first {@code share} of {@code trainTimesteps} noise levels. */
    public int stepsUntil(double share, int trainTimesteps) {
        return Steps.countUntil(
                share,
                trainTimesteps,
                steps.stream().mapToDouble(SamplingStep::timestep).toArray());
    }

    /** Returns the network's input in step {@code i}. */
    public Tensor scaleModelInput(int i, Tensor x) {
        double scale = steps.get(i).inputScale();
        return scale == 1 ? x : x.mul(new Scalar(scale));
    }

    /** Adds as much noise to an image as step {@code i} expects, for the start of image-to-image and for inpainting. */
    public Tensor addNoise(int i, Tensor x0, Tensor noise) {
        SamplingStep step = steps.get(i);
        NoiseLevel level = step.level();
        return new Blend(level.alpha() / step.inputScale(), level.sigma() / step.inputScale()).of(x0, noise);
    }

    /**
     * Takes step {@code i}.
     *
     * @param x the present sample, unscaled
     * @param output the network's output for {@link #scaleModelInput}
     * @param noise provides the fresh noise, called once if this step draws noise and otherwise not at all
     * @param history the history that the previous step returned, empty for the first
     */
    public StepResult step(int i, Tensor x, Tensor output, NoiseSource noise, List<Evaluation> history) {
        SamplingStep step = steps.get(i);
        if (history.size() < step.earlier().size()) {
            throw new IllegalArgumentException(
                    ("step %d of %s needs %d earlier evaluations and was given %d: pass on the history that step %d "
                                    + "returned")
                            .formatted(i, sampler, step.earlier().size(), history.size(), i - 1));
        }
        Evaluation now = evaluation(step, x, output);
        Tensor next = new Blend(step.now().x0(), step.now().eps()).of(now.x0(), now.eps());
        add(next, step.now().sample(), x);
        for (int k = 0; k < step.earlier().size(); k++) {
            Weights weights = step.earlier().get(k);
            add(next, weights.sample(), history.get(k).sample());
            add(next, weights.x0(), history.get(k).x0());
            add(next, weights.eps(), history.get(k).eps());
        }
        if (step.noise().isPresent()) {
            Tensor drawn = noise.next(Tensors.shape(x)).to(x);
            next.add_(drawn, new Scalar(step.noise().getAsDouble()));
        }
        return new StepResult(next, now.x0(), remember(now, history));
    }

    private Evaluation evaluation(SamplingStep step, Tensor x, Tensor output) {
        Tensor input = step.inputScale() == 1 ? x : x.mul(new Scalar(step.inputScale()));
        Tensor x0 = prediction.x0(step.level()).of(input, output);
        if (clip.isPresent()) {
            x0 = x0.clamp(limit(-clip.getAsDouble()), limit(clip.getAsDouble()));
        }
        if (!step.boundary().equals(SamplingStep.NO_BOUNDARY)) {
            x0 = step.boundary().of(x0, input);
        }
        return new Evaluation(x, x0, prediction.eps(step.level()).of(input, output));
    }

    private static void add(Tensor sum, double weight, Tensor tensor) {
        if (weight != 0) {
            sum.add_(tensor, new Scalar(weight));
        }
    }

    /** Returns the latest evaluations, as many as any step of this plan uses. */
    private List<Evaluation> remember(Evaluation now, List<Evaluation> before) {
        int most = steps.stream().mapToInt(s -> s.earlier().size()).max().orElseThrow();
        List<Evaluation> all = new ArrayList<>(before);
        all.addFirst(now);
        return all.subList(0, Math.min(most, all.size()));
    }

    /** Returns the table as text, one line for each step. */
    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s, %d steps, %s prediction, initial noise times %.4f%n%5s %9s %8s %8s %9s %9s %9s%n",
                sampler,
                size(),
                prediction.text(),
                initNoiseSigma,
                "step",
                "timestep",
                "alpha",
                "sigma",
                "of x0",
                "of eps",
                "of noise"));
        for (int i = 0; i < size(); i++) {
            SamplingStep step = steps.get(i);
            table.append(String.format(
                    Locale.ROOT,
                    "%5d %9s %8.5f %8.5f %9.5f %9.5f %9s%s%n",
                    i,
                    number(step.timestep()),
                    step.level().alpha(),
                    step.level().sigma(),
                    step.now().x0(),
                    step.now().eps(),
                    step.noise().isPresent()
                            ? String.format(Locale.ROOT, "%.5f", step.noise().getAsDouble())
                            : "none",
                    history(step)));
        }
        return table.toString();
    }

    /** Returns the terms of earlier steps, such as {@code  -0.52694 x0[-1]}. */
    private static String history(SamplingStep step) {
        StringBuilder terms = new StringBuilder();
        for (int k = 0; k < step.weights().size(); k++) {
            Weights weights = step.weights().get(k);
            term(terms, weights.sample(), "x", k);
            term(terms, k == 0 ? 0 : weights.x0(), "x0", k);
            term(terms, k == 0 ? 0 : weights.eps(), "eps", k);
        }
        return terms.toString();
    }

    private static void term(StringBuilder terms, double weight, String name, int before) {
        if (weight != 0) {
            terms.append(String.format(Locale.ROOT, " %+.5f %s[%d]", weight, name, -before));
        }
    }

    private static ScalarOptional limit(double value) {
        return new ScalarOptional(new Scalar(value));
    }

    private static String number(double timestep) {
        return timestep == Math.rint(timestep)
                ? String.valueOf((long) timestep)
                : String.format(Locale.ROOT, "%.3f", timestep);
    }
}
