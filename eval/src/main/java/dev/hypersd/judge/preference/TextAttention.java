package dev.hypersd.judge.preference;

import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Attention of text to itself or to pictures, then a shortcut and a LayerNorm, as in BERT: {@code [B, N, D] -> [B, N, D]}. */
final class TextAttention {
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final LayerNorm norm;
    private final long heads;

    /** @param seen width of what is attended to */
    TextAttention(Parameters p, long width, long seen, long heads) {
        this.query = Linear.of(p.at("self.query"), width, width);
        this.key = Linear.of(p.at("self.key"), seen, width);
        this.value = Linear.of(p.at("self.value"), seen, width);
        this.out = Linear.of(p.at("output.dense"), width, width);
        this.norm = new LayerNorm(p.at("output.LayerNorm"), width, BlipText.EPS);
        this.heads = heads;
    }

    /** @param mask true for what may be seen {@code [B, 1, 1, M]}; absent where all may */
    Tensor forward(Tensor x, Tensor seen, Optional<Tensor> mask) {
        Tensor q = query.forward(x);
        Tensor k = key.forward(seen);
        Tensor v = value.forward(seen);
        Tensor mixed =
                mask.map(m -> Attention.masked(q, k, v, heads, m)).orElseGet(() -> Attention.apply(q, k, v, heads));
        return norm.forward(out.forward(mixed).add_(x));
    }
}
