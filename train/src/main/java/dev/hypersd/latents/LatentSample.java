package dev.hypersd.latents;

import dev.hypersd.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoded picture with its caption.
 *
 * @param latents the latents of unit variance, {@code [C, h, w]} in row-major order
 * @param ids the token ids of the caption, {@code [N]}
 * @param isMirrored whether they are those of the mirror image
 */
public record LatentSample(float[] latents, long[] ids, boolean isMirrored) {
    /**
     * Returns the latents of a batch, {@code [B, C, h, w]}.
     *
     * @param shape the shape of one sample's latents, {@code [C, h, w]}
     */
    public static Tensor latents(List<LatentSample> batch, long... shape) {
        int each = batch.getFirst().latents().length;
        float[] values = new float[batch.size() * each];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i).latents(), 0, values, i * each, each);
        }
        return Tensors.of(values, batch.size(), shape[0], shape[1], shape[2]);
    }
}
