package dev.hypersd.clip;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Embedding;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * The image tower of CLIP: a vision transformer (Dosovitskiy et al., 2021) over square patches and a class token, whose
 * last state is projected into the space of the texts. Stateless, so safe to share.
 */
public final class ClipVisionModel {
    private static final String PROJECTION = "visual_projection";

    private final ClipVisionConfig config;
    private final Parameter classToken;
    private final Conv2d patches;
    private final Embedding positions;
    private final LayerNorm firstNorm;
    private final ClipTransformer encoder;
    private final LayerNorm lastNorm;
    private final Linear projection;

    /**
     * Builds the tower.
     *
     * @param p the parameters, named as in transformers: {@code vision_model.} before all but {@code visual_projection}
     */
    public ClipVisionModel(ClipVisionConfig config, Parameters p) {
        this.config = config;
        long width = config.width();
        Parameters model = p.at("vision_model");
        Parameters embeddings = model.at("embeddings");
        this.classToken = embeddings.take("class_embedding", new Init.Normal(0.02), width);
        this.patches = Conv2d.unbiased(embeddings.at("patch_embedding"), 3, width, config.patch(), config.patch(), 0);
        this.positions = new Embedding(embeddings.at("position_embedding"), config.patches() + 1, width);
        this.firstNorm = new LayerNorm(model.at("pre_layrnorm"), width, config.eps()); // Their spelling.
        this.encoder = new ClipTransformer(model.at("encoder"), config.transformer(), Attention::apply);
        this.lastNorm = new LayerNorm(model.at("post_layernorm"), width, config.eps());
        this.projection = Linear.unbiased(p.at(PROJECTION), width, config.projection());
    }

    public ClipVisionConfig config() {
        return config;
    }

    /**
     * Encodes pictures.
     *
     * @param pixels {@code [B, 3, S, S]}, less the mean of CLIP's pictures and divided by their deviation; {@code S} is
     *     {@link ClipVisionConfig#imageSize}
     * @return {@code [B, P]}, of any length
     * @throws InvalidRequestException if the pictures have another size
     */
    public Tensor forward(Tensor pixels) {
        Shapes.require("the pictures", pixels, Shapes.ANY, 3, config.imageSize(), config.imageSize());
        return scoped(() -> {
            Tensor last = encoder.forward(firstNorm.forward(tokens(pixels))).getLast();
            return projection.forward(lastNorm.forward(last.select(1, 0)));
        });
    }

    private Tensor tokens(Tensor pixels) {
        Tensor squares = patches.forward(pixels).flatten(2, -1).transpose(1, 2);
        Tensor first = classToken.value().expand(pixels.size(0), 1, config.width());
        return Tensors.cat(1, first, squares).add_(positions.table());
    }
}
