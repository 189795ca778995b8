package dev.hypersd.sampler;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a step leads to. Its tensors belong to the scope in which the step ran.
 *
 * @param x the sample at the next noise level
 * @param x0 the image as this step sees it, for previews and for losses on images
 * @param history the evaluations that later steps need, the latest first; to be given to the next step
 */
public record StepResult(Tensor x, Tensor x0, List<Evaluation> history) {
    /**
     * One evaluation of the network, as multistep samplers remember it.
     *
     * @param sample the sample it saw, before {@link SamplingPlan#scaleModelInput}
     * @param x0 the image that the network saw in the sample
     * @param eps the noise that the network saw in the sample
     */
    public record Evaluation(Tensor sample, Tensor x0, Tensor eps) {}

    public StepResult {
        history = List.copyOf(history);
    }

    /** Before the first step: the sample that the steps begin with, and nothing remembered. */
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
