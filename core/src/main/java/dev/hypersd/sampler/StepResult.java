package dev.hypersd.sampler;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The result of a step. Its tensors belong to the scope in which the step ran.
 *
 * @param x the sample at the next noise level
 * @param x0 the predicted image, for previews and for losses on images
 * @param history the evaluations that later steps need, the latest first; passed to the next step
 */
public record StepResult(Tensor x, Tensor x0, List<Evaluation> history) {
    /**
     * One evaluation of the network, which multistep samplers keep.
     *
     * @param sample the sample, before {@link SamplingPlan#scaleModelInput}
     * @param x0 the predicted image
     * @param eps the predicted noise
     */
    public record Evaluation(Tensor sample, Tensor x0, Tensor eps) {}

    public StepResult {
        history = List.copyOf(history);
    }

    /** Creates the state before the first step: the initial sample without history. */
    public static StepResult start(Tensor x) {
        return new StepResult(x, x, List.of());
    }

    /** Returns all tensors of this result, for {@link dev.hypersd.tensor.TensorScope#keeping}. */
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>(List.of(x, x0));
        for (Evaluation evaluation : history) {
            tensors.addAll(List.of(evaluation.sample, evaluation.x0, evaluation.eps));
        }
        return tensors;
    }
}
