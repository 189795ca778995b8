package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.tensor.Shapes;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The guidance scale as an input of the network (Meng et al., 2023), as latent consistency models have it. */
public final class GuidanceEmbedding {
    private GuidanceEmbedding() {}

    /**
     * @param w guidance scale minus one, {@code [B]}
     * @param dimension {@link UNetConfig#guidanceDimension}, an even number from 4
     * @return {@code [B, dimension]}, F32, for {@link Conditioning#guidance}
     */
    public static Tensor of(Tensor w, int dimension) {
        Shapes.require("the guidance scales", w, Shapes.ANY);
        return scoped(() -> Sinusoids.ofGuidance(w.mul(new Scalar(1000.0)), dimension));
    }
}
