package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A transformer block: self-attention, cross-attention to the text, and a feed-forward network, each after a LayerNorm
 * and with a residual connection: {@code [B, N, C] -> [B, N, C]}.
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

    /** Attention of {@code [B, N, C]} to {@code [B, M, D]}, which may be the same tensor: {@code -> [B, N, C]}. */
    static final class CrossAttention {
        private final Linear toQuery;
        private final Linear toKey;
        private final Linear toValue;
        private final Linear toOut;
        private final long heads;

        CrossAttention(Parameters p, long channels, long contextChannels, long heads) {
            this.toQuery = Linear.unbiased(p.at("to_q"), channels, channels);
            this.toKey = Linear.unbiased(p.at("to_k"), contextChannels, channels);
            this.toValue = Linear.unbiased(p.at("to_v"), contextChannels, channels);
            this.toOut = Linear.of(p.at("to_out.0"), channels, channels);
            this.heads = heads;
        }

        Tensor forward(Tensor x, Tensor context) {
            return toOut.forward(
                    Attention.apply(toQuery.forward(x), toKey.forward(context), toValue.forward(context), heads));
        }
    }

    /** The feed-forward network of a transformer block, four times as wide inside: {@code [B, N, C] -> [B, N, C]}. */
    static final class FeedForward {
        private final Geglu widen;
        private final Linear narrow;

        FeedForward(Parameters p, long channels) {
            this.widen = new Geglu(p.at("net.0"), channels, 4 * channels);
            this.narrow = Linear.of(p.at("net.2"), 4 * channels, channels);
        }

        Tensor forward(Tensor x) {
            return chain(x, widen::forward, narrow::forward);
        }

        /**
         * A linear layer gated by the GELU of another (Shazeer, 2020): {@code [B, N, in] -> [B, N, out]}. Both are in
         * one matrix, the gate second; the GELU is exact.
         */
        static final class Geglu {
            private final Linear projection;
            private final long width;

            Geglu(Parameters p, long in, long out) {
                this.projection = Linear.of(p.at("proj"), in, 2 * out);
                this.width = out;
            }

            Tensor forward(Tensor x) {
                Tensor both = projection.forward(x);
                Tensor gate = torch.gelu(both.narrow(-1, width, width));
                return gate.mul_(both.narrow(-1, 0, width));
            }
        }
    }
}
