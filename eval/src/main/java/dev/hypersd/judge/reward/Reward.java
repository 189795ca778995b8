package dev.hypersd.judge.reward;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A reward model: its score is differentiable with respect to the pixels, so that another model can be trained to
 * increase it.
 */
@FunctionalInterface
public interface Reward {
    /**
     * Scores pictures; higher is better.
     *
     * @param pixels {@code [B, 3, H, W]} from -1 to 1, of any size
     * @param texts the texts that the pictures should fit, {@code B}
     * @return {@code [B]}, in the caller's scope
     */
    Tensor of(Tensor pixels, List<String> texts);
}
