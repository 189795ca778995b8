package dev.hypersd.kernel;

import static java.lang.System.Logger.Level.WARNING;

import dev.hypersd.onednn.OneDnn.OperationRefused;
import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Scaled dot-product attention (Vaswani et al., 2017), the only place where its implementation is chosen.
 *
 * <p>The engine's own has only F32 that is fast on a CPU. Large attention without gradients is computed in {@linkplain
 * TiledAttention tiles} where oneDNN multiplies faster.
 */
public final class Attention {
    private static final System.Logger LOG = System.getLogger(Attention.class.getPackageName());

    /** The types in which the library has refused to multiply, so that the engine does. */
    private static final Set<Dtype> REFUSED = EnumSet.noneOf(Dtype.class);

    private Attention() {}

    /**
     * Computes {@code softmax(q k^T / sqrt(d)) v} for each head.
     *
     * @param query {@code [B, Nq, heads * d]}
     * @param key {@code [B, Nk, heads * d]}
     * @param value {@code [B, Nk, heads * d]}
     * @return {@code [B, Nq, heads * d]}
     */
    public static Tensor apply(Tensor query, Tensor key, Tensor value, long heads) {
        if (isPlain(query, key, value) && TiledAttention.pays(query, key, heads)) {
            try {
                return TiledAttention.apply(query, key, value, heads);
            } catch (OperationRefused e) {
                LOG.log(WARNING, "{0}; the engine computes attention instead", e.getMessage());
                REFUSED.add(Dtype.of(query.scalar_type()));
            }
        }
        return apply(query, key, value, heads, new TensorOptional(), false);
    }

    /** Returns whether nothing is recorded or converted, and the library was not refused before. */
    private static boolean isPlain(Tensor query, Tensor key, Tensor value) {
        boolean recorded = Stream.of(query, key, value).anyMatch(Tensors::recordsGradients);
        return !recorded && !Autocast.active() && !REFUSED.contains(Dtype.of(query.scalar_type()));
    }

    /**
     * Computes attention to a part of the keys.
     *
     * @param mask true for the keys that are seen, {@code [B, 1, Nq or 1, Nk]}; every query sees at least one
     */
    public static Tensor masked(Tensor query, Tensor key, Tensor value, long heads, Tensor mask) {
        return apply(query, key, value, heads, new TensorOptional(mask), false);
    }

    /** Computes causal attention: position i sees positions 0 to i only. */
    public static Tensor causal(Tensor query, Tensor key, Tensor value, long heads) {
        return apply(query, key, value, heads, new TensorOptional(), true);
    }

    private static Tensor apply(
            Tensor query, Tensor key, Tensor value, long heads, TensorOptional mask, boolean causal) {
        // In half precision the engine's attention is ten times slower on a CPU than in F32.
        if (Autocast.active()) {
            return Autocast.without(() -> mixed(wide(query), wide(key), wide(value), heads, mask, causal));
        }
        return isHalfOnCpu(query)
                ? mixed(wide(query), wide(key), wide(value), heads, mask, causal)
                        .to(query.scalar_type())
                : mixed(query, key, value, heads, mask, causal);
    }

    private static boolean isHalfOnCpu(Tensor x) {
        return x.is_cpu() && Dtype.of(x.scalar_type()).bytes() < Dtype.F32.bytes();
    }

    private static Tensor wide(Tensor x) {
        return x.to(Dtype.F32.scalarType());
    }

    private static Tensor mixed(
            Tensor query, Tensor key, Tensor value, long heads, TensorOptional mask, boolean causal) {
        Tensor mixed = torch.scaled_dot_product_attention(
                split(query, heads),
                split(key, heads),
                split(value, heads),
                mask,
                0.0,
                causal,
                new DoubleOptional(),
                false);
        return mixed.transpose(1, 2).reshape(query.size(0), query.size(1), query.size(2));
    }

    /** Reshapes {@code [B, N, heads * d]} to a view {@code [B, heads, N, d]}. */
    private static Tensor split(Tensor x, long heads) {
        return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
    }
}
