package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A vision transformer: {@code [B, 3, S, S] -> [B, 1 + patches, D]}, the class token first. */
final class BlipVision {
    private static final double EPS = 1e-6;

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

    /**
     * A transformer block: attention and a feed-forward network, each after a LayerNorm and with a residual connection:
     * {@code [B, N, D] -> [B, N, D]}.
     */
    private static final class VisionBlock {
        private static final int WIDER = 4;

        private final LayerNorm norm1;
        private final Linear queryKeyValue;
        private final Linear out;
        private final LayerNorm norm2;
        private final Linear widen;
        private final Linear narrow;
        private final long heads;

        VisionBlock(Parameters p, long width, long heads) {
            this.norm1 = new LayerNorm(p.at("norm1"), width, EPS);
            this.queryKeyValue = Linear.of(p.at("attn.qkv"), width, 3 * width);
            this.out = Linear.of(p.at("attn.proj"), width, width);
            this.norm2 = new LayerNorm(p.at("norm2"), width, EPS);
            this.widen = Linear.of(p.at("mlp.fc1"), width, WIDER * width);
            this.narrow = Linear.of(p.at("mlp.fc2"), WIDER * width, width);
            this.heads = heads;
        }

        Tensor forward(Tensor x) {
            return chain(
                    x,
                    h -> attend(norm1.forward(h)).add_(h),
                    h -> narrow.forward(torch.gelu(widen.forward(norm2.forward(h))))
                            .add_(h));
        }

        private Tensor attend(Tensor x) {
            long width = x.size(2);
            Tensor all = queryKeyValue.forward(x);
            Tensor query = all.narrow(2, 0, width).contiguous();
            Tensor key = all.narrow(2, width, width).contiguous();
            Tensor value = all.narrow(2, 2 * width, width).contiguous();
            return out.forward(Attention.apply(query, key, value, heads));
        }
    }
}
