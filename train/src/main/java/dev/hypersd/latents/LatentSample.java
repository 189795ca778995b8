package dev.hypersd.latents;

import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoded picture with its caption.
 *
 * @param image the encoded picture
 * @param ids the token ids of the caption, {@code [N]}
 * @param isMirrored whether the picture is the mirror image
 * @param weight how much its loss counts
 */
public record LatentSample(EncodedImage image, long[] ids, boolean isMirrored, double weight) {
    /** Creates a sample of the usual weight. */
    public LatentSample(EncodedImage image, long[] ids) {
        this(image, ids, false, 1);
    }

    /** Returns the latents of unit variance, {@code [C, h, w]} in row-major order. */
    public float[] latents() {
        return image.latents();
    }

    /** Returns the shape of the latents, {@code [C, h, w]}. */
    public long[] shape() {
        return image.shape();
    }

    /** Returns which part of which picture each sample is. */
    public static List<Framing> framings(List<LatentSample> batch) {
        return batch.stream().map(sample -> sample.image().framing()).toList();
    }

    /** Returns the latents of a batch, all of one shape, {@code [B, C, h, w]}. */
    public static Tensor latents(List<LatentSample> batch) {
        long[] shape = batch.getFirst().shape();
        int each = batch.getFirst().latents().length;
        float[] values = new float[batch.size() * each];
        for (int i = 0; i < batch.size(); i++) {
            if (!Arrays.equals(batch.get(i).shape(), shape)) {
                throw new IllegalArgumentException("a batch has latents of the shapes %s and %s"
                        .formatted(
                                Arrays.toString(shape),
                                Arrays.toString(batch.get(i).shape())));
            }
            System.arraycopy(batch.get(i).latents(), 0, values, i * each, each);
        }
        return Tensors.of(values, batch.size(), shape[0], shape[1], shape[2]);
    }
}
