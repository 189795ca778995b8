package dev.hypersd.schedule;

import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** A weighted sum {@code first * x + second * y}, the form of every move between noise levels. */
public record Blend(double first, double second) {
    /** Computes {@code first * x + second * y} in a new tensor; both have the same shape and floating-point type. */
    public Tensor of(Tensor x, Tensor y) {
        checkShapes(x, y);
        return Tensors.combine(first, x, second, y);
    }

    /**
     * Computes the sum with different weights for each sample of a batch.
     *
     * @param blends one for all samples, or one for each row of {@code x}
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

    /** Returns the values as {@code [B, 1, ..., 1]}, for multiplication with {@code like}. */
    private static Tensor perSample(float[] values, Tensor like) {
        long[] shape = new long[(int) like.dim()];
        Arrays.fill(shape, 1);
        shape[0] = values.length;
        return Tensors.of(values, shape).to(like.device(), like.scalar_type());
    }

    /** Returns {@code a * p + b * q}, term by term. */
    static Blend sum(double a, Blend p, double b, Blend q) {
        return new Blend(a * p.first + b * q.first, a * p.second + b * q.second);
    }
}
