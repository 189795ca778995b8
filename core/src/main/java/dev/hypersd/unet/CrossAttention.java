package dev.hypersd.unet;

import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;

/** Attention of {@code [B, N, C]} to {@code [B, M, D]}, which may be the same tensor: {@code -> [B, N, C]}. */
final class CrossAttention {
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
