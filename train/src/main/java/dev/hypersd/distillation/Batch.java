package dev.hypersd.distillation;

import dev.hypersd.unet.Conditioning;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a student is shown.
 *
 * @param latents of pictures, {@code [B, C, h, w]}
 * @param text what the network is told of them
 * @param empty of as many empty captions
 * @param ids of the captions' tokens
 */
record Batch(Tensor latents, Conditioning text, Conditioning empty, List<long[]> ids) {
    int size() {
        return (int) latents.size(0);
    }
}
