package dev.hypersd.objective;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What of samples counts in a loss: the parts that their masks leave, and their weights.
 *
 * @param unmasked the weight of what a mask leaves out, 0 to 1
 * @param isNormalised whether weights are divided by their mean over the picture, so that a picture counts as much as
 *     any other, however little of it its mask leaves
 */
public record LossWeights(double unmasked, boolean isNormalised) {
    /** What masks leave out does not count at all. */
    public static final LossWeights PLAIN = new LossWeights(0, false);

    /** The least mean that weights are divided by, for masks that leave nothing. */
    private static final double LEAST = 1e-6;

    /** Returns the weights of the losses of all latents, {@code [B, 1, h, w]}; empty if all of them are 1. */
    Optional<Tensor> of(List<LatentSample> batch) {
        boolean isPlain = batch.stream()
                .allMatch(sample -> sample.weight() == 1 && sample.image().mask().length == 0);
        if (isPlain) {
            return Optional.empty();
        }
        long[] shape = batch.getFirst().shape();
        int each = Math.toIntExact(shape[1] * shape[2]);
        float[] weights = new float[batch.size() * each];
        for (int i = 0; i < batch.size(); i++) {
            fill(weights, i * each, each, batch.get(i));
        }
        return Optional.of(Tensors.of(weights, batch.size(), 1, shape[1], shape[2]));
    }

    private void fill(float[] weights, int first, int count, LatentSample sample) {
        float[] mask = sample.image().mask();
        double sum = 0;
        for (int i = 0; i < count; i++) {
            weights[first + i] = mask.length == 0 ? 1 : Math.max(mask[i], (float) unmasked);
            sum += weights[first + i];
        }
        double factor = sample.weight() / (isNormalised ? Math.max(sum / count, LEAST) : 1);
        for (int i = 0; i < count; i++) {
            weights[first + i] *= (float) factor;
        }
    }
}
