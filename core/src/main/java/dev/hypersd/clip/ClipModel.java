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
 * CLIP (Radford et al., 2021): a text tower, an image tower and the scale of their similarities. Texts and pictures
 * become vectors of length 1 in one space, where the cosine measures how well they fit each other. Stateless, so safe
 * to share.
 */
public final class ClipModel {
    /** The initial value of the logarithm of the scale: {@code log(1 / 0.07)}. */
    private static final double FIRST_SCALE = 2.6592;

    private final ClipTextModel text;
    private final ClipVisionModel vision;
    private final Parameter logScale;

    /**
     * Builds both towers.
     *
     * @param p the parameters, named as in {@link #named}
     */
    public ClipModel(ClipConfig config, Parameters p) {
        this.text = new ClipTextModel(config.text(), p);
        this.vision = new ClipVisionModel(config.vision(), p);
        this.logScale = p.take("logit_scale", new Init.Constant(FIRST_SCALE));
    }

    /**
     * Returns a file's tensors by the names that this network uses: those of transformers, without {@code
     * position_ids}, which are not weights.
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

    /**
     * Encodes texts.
     *
     * @param ids the token ids, I64 {@code [B, N]}
     * @return vectors of length 1, {@code [B, P]}
     */
    public Tensor texts(Tensor ids) {
        return scoped(() -> unit(text.forward(ids).pooled()));
    }

    /**
     * Encodes pictures.
     *
     * @param pixels the pixels as {@link ClipVisionModel#forward} takes them
     * @return vectors of length 1, {@code [B, P]}
     */
    public Tensor pictures(Tensor pixels) {
        return scoped(() -> unit(vision.forward(pixels)));
    }

    /** Returns the logit scale, a positive scalar by which cosines are multiplied before a softmax. */
    public Tensor scale() {
        return logScale.value().exp();
    }

    private static Tensor unit(Tensor x) {
        return x.div(x.norm(new ScalarOptional(new Scalar(2)), new long[] {-1}, true));
    }
}
