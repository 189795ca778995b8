package dev.hypersd.schedule;

import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** {@code first * x + second * y}: what every move between noise levels comes down to. */
public record Blend(double first, double second) {
    /** {@code first * x + second * y} in a new tensor; both have the same shape and floating-point type. */
    public Tensor of(Tensor x, Tensor y) {
        checkShapes(x, y);
        return Tensors.combine(first, x, second, y);
    }

    /**
     * Returns the same with numbers of its own for each sample of a batch.
     *
     * @param blends one for all samples, or one for each: as many as {@code x} has rows
     * @param x {@code [B, ...]}
     * @param y {@code [B, ...]}
     */
    static Tensor of(Blend[] blends, Tensor x, Tensor y) {
        if (blends.length == 1) {
            return blends[0].of(x, y);
        }
        checkShapes(x, y);
        float[] first = new float[blends.length];
        float[] second = new float[blends.length];
        for (int i = 0; i < blends.length; i++) {
            first[i] = (float) blends[i].first;
            second[i] = (float) blends[i].second;
        }
        return x.mul(perSample(first, x)).add_(y.mul(perSample(second, y)));
    }

    private static void checkShapes(Tensor x, Tensor y) {
        if (!Arrays.equals(Tensors.shape(x), Tensors.shape(y))) {
            throw new IllegalArgumentException("%s and %s cannot be blended: their shapes differ"
                    .formatted(Tensors.describe(x), Tensors.describe(y)));
        }
    }

    /** {@code [B, 1, ..., 1]}, so that row b of {@code like} meets value b. */
    private static Tensor perSample(float[] values, Tensor like) {
        long[] shape = new long[(int) like.dim()];
        Arrays.fill(shape, 1);
        shape[0] = values.length;
        return Tensors.of(values, shape).to(like.device(), like.scalar_type());
    }

    /** {@code a * p + b * q}, term by term. */
    static Blend sum(double a, Blend p, double b, Blend q) {
        return new Blend(a * p.first + b * q.first, a * p.second + b * q.second);
    }
}
