package dev.hypersd.judge;

import static dev.hypersd.tensor.TensorScope.scoped;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a judge of pairs minimises. */
public final class PreferenceLoss {
    private PreferenceLoss() {}

    /**
     * The mean of {@code -log sigmoid(better - worse)} (Bradley and Terry, 1952), a scalar: 0 where every better picture is scored far above
     * the worse one, {@code log 2} where both are scored alike.
     *
     * @param better scores, of any shape
     * @param worse scores of the same shape
     */
    public static Tensor of(Tensor better, Tensor worse) {
        return scoped(() -> torch.log_sigmoid(better.sub(worse)).mean().neg());
    }
}
