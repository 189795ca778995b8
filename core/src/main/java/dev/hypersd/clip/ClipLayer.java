package dev.hypersd.clip;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;

/** Attention and a feed-forward part, each after a LayerNorm and around a shortcut: {@code [B, N, D] -> [B, N, D]}. */
final class ClipLayer {
    private final LayerNorm norm1;
    private final ClipAttention attention;
    private final LayerNorm norm2;
    private final Linear widen;
    private final Activation activation;
    private final Linear narrow;

    ClipLayer(Parameters p, ClipTransformer.Config config, ClipAttention.Mixing mixing) {
        this.norm1 = new LayerNorm(p.at("layer_norm1"), config.width(), config.eps());
        this.attention = new ClipAttention(p.at("self_attn"), config.width(), config.heads(), mixing);
        this.norm2 = new LayerNorm(p.at("layer_norm2"), config.width(), config.eps());
        this.widen = Linear.of(p.at("mlp.fc1"), config.width(), config.innerWidth());
        this.activation = config.activation();
        this.narrow = Linear.of(p.at("mlp.fc2"), config.innerWidth(), config.width());
    }

    Tensor forward(Tensor x) {
        return chain(
                x,
                h -> attention.forward(norm1.forward(h)).add_(h),
                h -> feedForward(norm2.forward(h)).add_(h));
    }

    private Tensor feedForward(Tensor x) {
        return narrow.forward(activation.apply(widen.forward(x)));
    }
}
