package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A layer of the text encoder: attention to the text, to the picture, and a feed-forward part. */
final class TextLayer {
    private final TextAttention toText;
    private final TextAttention toPicture;
    private final Linear widen;
    private final Linear narrow;
    private final LayerNorm norm;

    TextLayer(Parameters p, PreferenceConfig.Text config, long picture) {
        this.toText = new TextAttention(p.at("attention"), config.width(), config.width(), config.heads());
        this.toPicture = new TextAttention(p.at("crossattention"), config.width(), picture, config.heads());
        this.widen = Linear.of(p.at("intermediate.dense"), config.width(), config.innerWidth());
        this.narrow = Linear.of(p.at("output.dense"), config.innerWidth(), config.width());
        this.norm = new LayerNorm(p.at("output.LayerNorm"), config.width(), BlipText.EPS);
    }

    Tensor forward(Tensor x, Tensor picture, Tensor mask) {
        return chain(
                x,
                h -> toText.forward(h, h, Optional.of(mask)),
                h -> toPicture.forward(h, picture, Optional.empty()),
                h -> norm.forward(narrow.forward(torch.gelu(widen.forward(h))).add_(h)));
    }
}
