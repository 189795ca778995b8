package dev.hypersd.clip;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;

/** Attention of tokens to each other: {@code [B, N, D] -> [B, N, D]}. */
final class ClipAttention {
    /** Which tokens see which: one of the ways of {@link dev.hypersd.kernel.Attention}. */
    @FunctionalInterface
    interface Mixing {
        Tensor apply(Tensor query, Tensor key, Tensor value, long heads);
    }

    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final long heads;
    private final Mixing mixing;

    ClipAttention(Parameters p, long width, long heads, Mixing mixing) {
        this.query = Linear.of(p.at("q_proj"), width, width);
        this.key = Linear.of(p.at("k_proj"), width, width);
        this.value = Linear.of(p.at("v_proj"), width, width);
        this.out = Linear.of(p.at("out_proj"), width, width);
        this.heads = heads;
        this.mixing = mixing;
    }

    Tensor forward(Tensor x) {
        return out.forward(mixing.apply(query.forward(x), key.forward(x), value.forward(x), heads));
    }
}
