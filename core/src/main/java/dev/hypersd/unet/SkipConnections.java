package dev.hypersd.unet;

import dev.hypersd.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The feature maps that an encoder leaves to the decoder, for one pass. The decoder takes them from the last to the
 * first, and each is freed as soon as it has been taken: at high resolutions they are most of what a step holds in
 * memory.
 */
final class SkipConnections {
    private final Deque<Tensor> left;

    /** @param skips from first to last; this takes their handles over and closes them */
    SkipConnections(List<Tensor> skips) {
        this.left = new ArrayDeque<>(skips);
    }

    /** {@code x [B, C, H, W]} followed by the next skip connection, {@code [B, D, H, W]}: {@code [B, C + D, H, W]}. */
    Tensor concatenateNext(Tensor x) {
        try (Tensor skip = left.removeLast()) {
            return Tensors.cat(1, x, skip);
        }
    }

    /** The height of the next one. */
    long height() {
        return left.getLast().size(2);
    }

    /** The width of the next one. */
    long width() {
        return left.getLast().size(3);
    }
}
