package dev.hypersd.distillation;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a student is shown.
 *
 * @param latents of pictures, {@code [B, C, h, w]}
 * @param text of their captions, {@code [B, N, D]}
 * @param empty of as many empty captions
 * @param ids of the captions' tokens
 */
record Batch(Tensor latents, Tensor text, Tensor empty, List<long[]> ids) {
    int size() {
        return (int) latents.size(0);
    }
}
