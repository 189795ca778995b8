package dev.hypersd.judge.reward;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A judge whose score rises when a picture is changed the right way, so that something can learn to please it. */
@FunctionalInterface
public interface Reward {
    /**
     * Scores pictures, higher is better; differentiable by the pixels.
     *
     * @param pixels {@code [B, 3, H, W]} from -1 to 1, of any size
     * @param texts that they should be pictures of, {@code B}
     * @return {@code [B]}, in the caller's scope
     */
    Tensor of(Tensor pixels, List<String> texts);
}
