package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;

/**
 * Self-attention, attention to the text, and a feed-forward part, each after a LayerNorm and around a shortcut:
 * {@code [B, N, C] -> [B, N, C]}.
 */
final class BasicTransformerBlock {
    private static final double EPS = 1e-5;

    private final LayerNorm norm1;
    private final CrossAttention attention1;
    private final LayerNorm norm2;
    private final CrossAttention attention2;
    private final LayerNorm norm3;
    private final FeedForward feedForward;

    BasicTransformerBlock(Parameters p, long channels, long textChannels, long heads) {
        this.norm1 = new LayerNorm(p.at("norm1"), channels, EPS);
        this.attention1 = new CrossAttention(p.at("attn1"), channels, channels, heads);
        this.norm2 = new LayerNorm(p.at("norm2"), channels, EPS);
        this.attention2 = new CrossAttention(p.at("attn2"), channels, textChannels, heads);
        this.norm3 = new LayerNorm(p.at("norm3"), channels, EPS);
        this.feedForward = new FeedForward(p.at("ff"), channels);
    }

    Tensor forward(Tensor x, Tensor text) {
        return chain(
                x,
                h -> attendToItself(norm1.forward(h)).add_(h),
                h -> attention2.forward(norm2.forward(h), text).add_(h),
                h -> feedForward.forward(norm3.forward(h)).add_(h));
    }

    private Tensor attendToItself(Tensor x) {
        return attention1.forward(x, x);
    }
}
