package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The feed-forward part of a transformer block, four times as wide inside: {@code [B, N, C] -> [B, N, C]}. */
final class FeedForward {
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
     * A linear layer gated by the GELU of another (Shazeer, 2020): {@code [B, N, in] -> [B, N, out]}. Both lie in one
     * matrix, the gate second; the GELU is the exact one, by the error function.
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
