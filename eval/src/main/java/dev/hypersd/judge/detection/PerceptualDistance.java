package dev.hypersd.judge.detection;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.tensor.Dtype;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * The perceptual distance of pictures: the squared distances of a network's features at several depths, where the
 * features of every position are normalised to length 1 (LPIPS, Zhang et al., 2018, equation 1, without weights fitted
 * to human judgements).
 */
public final class PerceptualDistance {
    private static final double EPS = 1e-5;

    private final Backbone backbone;

    public PerceptualDistance(Backbone backbone) {
        this.backbone = backbone;
    }

    /**
     * Returns the mean distance, a scalar: 0 for equal pictures, at most 4; differentiable with respect to {@code
     * pixels}.
     *
     * @param pixels {@code [B, 3, H, W]} from -1 to 1; both sides are multiples of {@link BackboneConfig#stride}
     * @param wanted the pictures to compare with, of the same shape; no gradient flows to them
     */
    public Tensor between(Tensor pixels, Tensor wanted) {
        return scoped(() -> {
            List<Tensor> expected = withoutGradient(wanted);
            List<Tensor> found = backbone.levels(pixels);
            List<Tensor> distances = new ArrayList<>();
            for (int i = 0; i < found.size(); i++) {
                distances.add(unit(found.get(i))
                        .sub(unit(expected.get(i)))
                        .square()
                        .sum(1)
                        .mean());
            }
            return distances.stream().reduce(Tensor::add).orElseThrow().div(new Scalar(distances.size()));
        });
    }

    private List<Tensor> withoutGradient(Tensor wanted) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return backbone.levels(wanted);
        }
    }

    /** Returns the features normalised to length 1 at every position, in F32. */
    private static Tensor unit(Tensor features) {
        Tensor wide = features.to(Dtype.F32.scalarType());
        return wide.div(wide.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true)
                .add(new Scalar(EPS)));
    }
}
