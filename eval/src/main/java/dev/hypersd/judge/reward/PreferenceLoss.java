package dev.hypersd.judge.reward;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.tensor.Dtype;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The loss and the accuracy of a model that is trained on pairs, computed in F32. */
public final class PreferenceLoss {
    private PreferenceLoss() {}

    /**
     * Returns the mean of {@code -log sigmoid(better - worse)} (Bradley and Terry, 1952), a scalar: 0 where every
     * better picture scores far above the worse one, {@code log 2} where both score alike.
     *
     * @param better scores, of any shape
     * @param worse scores of the same shape
     */
    public static Tensor of(Tensor better, Tensor worse) {
        return scoped(() -> torch.log_sigmoid(difference(better, worse)).mean().neg());
    }

    /** Returns the fraction of pairs whose better picture scores above the worse one, a scalar. */
    public static Tensor accuracy(Tensor better, Tensor worse) {
        return scoped(() -> difference(better, worse)
                .gt(new Scalar(0))
                .to(Dtype.F32.scalarType())
                .mean());
    }

    private static Tensor difference(Tensor better, Tensor worse) {
        return better.to(Dtype.F32.scalarType()).sub(worse);
    }
}
