package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
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
 * The whole course of a generation as numbers: immutable, validated, printable.
 *
 * <p>Samples are {@code [B, C, H, W]}, F32. Results are new tensors that belong to the scope around the call.
 *
 * @param sampler the name of the sampler that made this plan
 * @param prediction what the network predicts
 * @param initNoiseSigma unit normal noise times this is the sample to start with
 * @param clip the predicted image is limited to plus and minus this, if present; for models that work on pixels
 * @param memory what a step leaves to later ones
 * @param steps one row for each evaluation of the network, at least one
 */
public record Plan(
        String sampler,
        PredictionType prediction,
        double initNoiseSigma,
        OptionalDouble clip,
        Memory memory,
        List<PlannedStep> steps) {
    /** Refuses a course that gains noise, and one through a level at which the prediction says nothing about the image. */
    public Plan {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new InvalidRequestException("a plan needs at least one step");
        }
        double before = Double.POSITIVE_INFINITY;
        for (PlannedStep step : steps) {
            double ratio = step.level().ratio();
            if (!(ratio <= before)) {
                throw new InvalidRequestException("timesteps must decrease: at %s the noise is stronger than before"
                        .formatted(number(step.timestep())));
            }
            if (!Double.isFinite(prediction.x0(step.level()).first())) {
                throw new InvalidRequestException(
                        ("timestep %s is pure noise (zero terminal SNR), where %s prediction cannot tell the image:"
                                        + " it takes a model with v_prediction")
                                .formatted(number(step.timestep()), prediction.text()));
            }
            before = ratio;
        }
    }

    /** The number of evaluations of the network. */
    public int size() {
        return steps.size();
    }

    /** What the network is told in step {@code i}, in training timesteps. */
    public double timestep(int i) {
        return steps.get(i).timestep();
    }

    /** How many steps begin before {@code share} of {@code trainTimesteps} noise levels is behind. */
    public int stepsUntil(double share, int trainTimesteps) {
        return Steps.countUntil(
                share,
                trainTimesteps,
                steps.stream().mapToDouble(PlannedStep::timestep).toArray());
    }

    /** What the network is given in step {@code i}. */
    public Tensor scaleModelInput(int i, Tensor x) {
        double scale = steps.get(i).inputScale();
        return scale == 1 ? x : x.mul(new Scalar(scale));
    }

    /** An image with as much noise as step {@code i} expects: where image-to-image starts, and what inpainting keeps. */
    public Tensor addNoise(int i, Tensor x0, Tensor noise) {
        PlannedStep step = steps.get(i);
        NoiseLevel level = step.level();
        return new Blend(level.alpha() / step.inputScale(), level.sigma() / step.inputScale()).of(x0, noise);
    }

    /**
     * Takes step {@code i}.
     *
     * @param x the present sample, unscaled
     * @param output the network's output for {@link #scaleModelInput}
     * @param noise asked once if this step draws noise, else not at all
     * @param state what the step before returned, {@link State#START} for the first
     */
    public StepResult step(int i, Tensor x, Tensor output, NoiseSource noise, State state) {
        PlannedStep step = steps.get(i);
        if (state.remembered().size() < step.ofPast().size()) {
            throw new IllegalArgumentException(
                    "step %d of %s needs %d remembered tensors and was given %d: pass on the state that step %d returned"
                            .formatted(
                                    i,
                                    sampler,
                                    step.ofPast().size(),
                                    state.remembered().size(),
                                    i - 1));
        }
        Tensor seen = scaleModelInput(i, x);
        Tensor x0 = estimate(step, seen, output);
        Tensor eps = prediction.eps(step.level()).of(seen, output);
        Tensor next = new Blend(step.ofX0(), step.ofEps()).of(x0, eps);
        for (int k = 0; k < step.ofPast().size(); k++) {
            next.add_(state.remembered().get(k), new Scalar(step.ofPast().get(k)));
        }
        if (step.ofNoise().isPresent()) {
            Tensor drawn = noise.next(Tensors.shape(x)).to(x);
            next.add_(drawn, new Scalar(step.ofNoise().getAsDouble()));
        }
        return new StepResult(next, x0, step.remembered() ? remember(state, x0, eps) : state);
    }

    private Tensor estimate(PlannedStep step, Tensor seen, Tensor output) {
        Tensor x0 = prediction.x0(step.level()).of(seen, output);
        if (clip.isPresent()) {
            x0 = x0.clamp(limit(-clip.getAsDouble()), limit(clip.getAsDouble()));
        }
        return step.estimate().equals(PlannedStep.PREDICTED)
                ? x0
                : step.estimate().of(x0, seen);
    }

    private State remember(State before, Tensor x0, Tensor eps) {
        if (memory == Memory.NOTHING) {
            return before;
        }
        int most = steps.stream().mapToInt(s -> s.ofPast().size()).max().orElseThrow();
        List<Tensor> remembered = new ArrayList<>(before.remembered());
        remembered.addFirst(memory == Memory.X0 ? x0 : eps);
        return new State(remembered.subList(0, Math.min(most, remembered.size())));
    }

    /** The table, for people: one line for each step. */
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
            PlannedStep step = steps.get(i);
            table.append(String.format(
                    Locale.ROOT,
                    "%5d %9s %8.5f %8.5f %9.5f %9.5f %9s%s%n",
                    i,
                    number(step.timestep()),
                    step.level().alpha(),
                    step.level().sigma(),
                    step.ofX0(),
                    step.ofEps(),
                    step.ofNoise().isPresent()
                            ? String.format(Locale.ROOT, "%.5f", step.ofNoise().getAsDouble())
                            : "none",
                    step.ofPast().isEmpty() ? "" : " and of the past " + step.ofPast()));
        }
        return table.toString();
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
