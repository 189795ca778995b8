package dev.hypersd.clip;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Both towers of CLIP (Radford et al., 2021) and the scale of their similarities. Texts and pictures become vectors of
 * length 1 in one space, where the cosine tells how well they fit. Stateless, so safe to share.
 */
public final class ClipModel {
    /** The logarithm of 1 / 0.07, where training begins. */
    private static final double FIRST_SCALE = 2.6592;

    private final ClipTextModel text;
    private final ClipVisionModel vision;
    private final Parameter logScale;

    /** @param p named as in {@link #named} */
    public ClipModel(ClipConfig config, Parameters p) {
        this.text = new ClipTextModel(config.text(), p);
        this.vision = new ClipVisionModel(config.vision(), p);
        this.logScale = p.take("logit_scale", new Init.Constant(FIRST_SCALE));
    }

    /**
     * Returns a file's tensors by the names that this network uses: those of transformers, without {@code
     * position_ids}, which are no weights.
     */
    public static WeightSource named(WeightSource file) {
        return WeightView.renamed(
                file, name -> name.endsWith("embeddings.position_ids") ? Optional.empty() : Optional.of(name));
    }

    /** Returns the text tower. */
    public ClipTextModel text() {
        return text;
    }

    /** Returns the image tower. */
    public ClipVisionModel vision() {
        return vision;
    }

    /** Returns the vectors {@code [B, P]}, of length 1, of texts by their token ids, I64 {@code [B, N]}. */
    public Tensor texts(Tensor ids) {
        return scoped(() -> unit(text.forward(ids).pooled()));
    }

    /**
     * Returns the vectors {@code [B, P]}, of length 1, of pictures: pixels as {@link ClipVisionModel#forward} wants
     * them.
     */
    public Tensor pictures(Tensor pixels) {
        return scoped(() -> unit(vision.forward(pixels)));
    }

    /** Returns the logit scale, by which cosines are multiplied before a softmax: a scalar above 0. */
    public Tensor scale() {
        return logScale.value().exp();
    }

    private static Tensor unit(Tensor x) {
        return x.div(x.norm(new ScalarOptional(new Scalar(2)), new long[] {-1}, true));
    }
}
