package dev.hypersd.clip;

import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;

/** Attention of every token to itself and those before it: {@code [B, N, D] -> [B, N, D]}. */
final class ClipAttention {
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final long heads;

    ClipAttention(Parameters p, long width, long heads) {
        this.query = Linear.of(p.at("q_proj"), width, width);
        this.key = Linear.of(p.at("k_proj"), width, width);
        this.value = Linear.of(p.at("v_proj"), width, width);
        this.out = Linear.of(p.at("out_proj"), width, width);
        this.heads = heads;
    }

    Tensor forward(Tensor x) {
        return out.forward(Attention.causal(query.forward(x), key.forward(x), value.forward(x), heads));
    }
}
