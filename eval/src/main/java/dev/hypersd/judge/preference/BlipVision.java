package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A vision transformer: {@code [B, 3, S, S] -> [B, 1 + patches, D]}, the class token first. */
final class BlipVision {
    static final double EPS = 1e-6;

    private static final Init SMALL = new Init.Normal(0.02);

    private final PreferenceConfig.Vision config;
    private final Parameter classToken;
    private final Parameter positions;
    private final Conv2d patches;
    private final List<Step> blocks = new ArrayList<>();

    BlipVision(PreferenceConfig.Vision config, Parameters p) {
        this.config = config;
        long width = config.width();
        this.classToken = p.take("cls_token", SMALL, 1, 1, width);
        this.positions = p.take("pos_embed", SMALL, 1, config.patches() + 1, width);
        this.patches = Conv2d.of(p.at("patch_embed.proj"), 3, width, config.patch(), config.patch(), 0);
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(new VisionBlock(p.at("blocks." + i), width, config.heads())::forward);
        }
        blocks.add(new LayerNorm(p.at("norm"), width, EPS)::forward);
    }

    Tensor forward(Tensor pixels) {
        Shapes.require("the pictures", pixels, Shapes.ANY, 3, config.imageSize(), config.imageSize());
        return scoped(() -> TensorScope.chain(tokens(pixels), blocks));
    }

    private Tensor tokens(Tensor pixels) {
        Tensor squares = patches.forward(pixels).flatten(2, -1).transpose(1, 2);
        Tensor first = classToken.value().expand(pixels.size(0), 1, config.width());
        return Tensors.cat(1, first, squares).add_(positions.value());
    }
}
