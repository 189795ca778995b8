package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.judge.reward.ScoreHead;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Parameters;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The network of ImageReward: a text encoder attends to the picture, and a head computes the score from the state of
 * the first token. Stateless, so safe to share; differentiable with respect to the pixels.
 */
public final class PreferenceModel {
    /** The class name in {@code config.json}, and how the network is built from its configuration and weights. */
    public static final NetworkType<PreferenceConfig, PreferenceModel> TYPE =
            new NetworkType<>("PreferenceModel", PreferenceModel::named, PreferenceConfig::from, PreferenceModel::new);

    private final PreferenceConfig config;
    private final BlipVision vision;
    private final BlipText text;
    private final ScoreHead head;

    /**
     * Builds the network.
     *
     * @param p the parameters, named as in ImageReward's files, see {@link #named}
     */
    public PreferenceModel(PreferenceConfig config, Parameters p) {
        this.config = config;
        this.vision = new BlipVision(config.vision(), p.at("blip.visual_encoder"));
        this.text = new BlipText(config.text(), config.vision().width(), p.at("blip.text_encoder"));
        this.head = new ScoreHead(config.head(), p.at("mlp.layers"));
    }

    /**
     * Returns the tensors of a file without those that scores do not need: the projections into BLIP's common space,
     * and the position ids.
     */
    public static WeightSource named(WeightSource file) {
        return WeightView.renamed(
                file,
                name -> name.startsWith("blip.text_proj.")
                                || name.startsWith("blip.vision_proj.")
                                || name.endsWith(".position_ids")
                        ? Optional.empty()
                        : Optional.of(name));
    }

    public PreferenceConfig config() {
        return config;
    }

    /**
     * Computes how much people would prefer each picture for its text: {@code [B]}. Higher is better; only differences
     * are meaningful.
     *
     * @param pixels {@code [B, 3, S, S]} as {@link dev.hypersd.judge.reward.ImageProcessor#clip} gives them
     * @param words {@code B} texts
     * @throws dev.hypersd.error.InvalidRequestException if shapes do not fit
     */
    public Tensor forward(Tensor pixels, TokenBatch words) {
        return scoped(() -> compare(see(pixels), words));
    }

    /** Computes the tokens of pictures {@code [B, 1 + patches, P]}, to compare one picture with several texts. */
    public Tensor see(Tensor pixels) {
        return vision.forward(pixels);
    }

    /** Computes the scores of {@link #forward} from the tokens of pictures. */
    public Tensor compare(Tensor seen, TokenBatch words) {
        return scoped(() -> {
            Tensor first = text.forward(words.ids(), words.mask(), seen).select(1, 0);
            return head.forward(first).squeeze(1).sub(new Scalar(config.mean())).div(new Scalar(config.deviation()));
        });
    }
}
