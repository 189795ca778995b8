package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;

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
}
