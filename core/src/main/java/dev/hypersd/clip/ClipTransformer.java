package dev.hypersd.clip;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** The transformer layers of a tower of CLIP. */
final class ClipTransformer {
    /**
     * The sizes of a tower of CLIP.
     *
     * @param width the width of the hidden states
     * @param innerWidth the inner width of the feed-forward parts
     * @param layers number of them
     * @param heads attention heads of each
     * @param eps the epsilon of every LayerNorm
     */
    record Config(int width, int innerWidth, int layers, int heads, Activation activation, double eps) {}

    private final List<ClipLayer> layers;

    /**
     * Builds the layers.
     *
     * @param mixing the attention, causal or not
     */
    ClipTransformer(Parameters p, Config config, ClipAttention.Mixing mixing) {
        this.layers = IntStream.range(0, config.layers())
                .mapToObj(i -> new ClipLayer(p.at("layers." + i), config, mixing))
                .toList();
    }

    /** Returns {@code x [B, N, D]} and the output of each layer, all of the same shape. */
    List<Tensor> forward(Tensor x) {
        List<Tensor> hidden = new ArrayList<>(List.of(x));
        for (ClipLayer layer : layers) {
            hidden.add(scoped(() -> layer.forward(hidden.getLast())));
        }
        return hidden;
    }

    /**
     * A transformer layer: attention and a feed-forward network, each after a LayerNorm and with a residual connection,
     * {@code [B, N, D] -> [B, N, D]}.
     */
    static final class ClipLayer {
        private final LayerNorm norm1;
        private final ClipAttention attention;
        private final LayerNorm norm2;
        private final Linear widen;
        private final Activation activation;
        private final Linear narrow;

        ClipLayer(Parameters p, ClipTransformer.Config config, ClipAttention.Mixing mixing) {
            this.norm1 = new LayerNorm(p.at("layer_norm1"), config.width(), config.eps());
            this.attention = new ClipAttention(p.at("self_attn"), config.width(), config.heads(), mixing);
            this.norm2 = new LayerNorm(p.at("layer_norm2"), config.width(), config.eps());
            this.widen = Linear.of(p.at("mlp.fc1"), config.width(), config.innerWidth());
            this.activation = config.activation();
            this.narrow = Linear.of(p.at("mlp.fc2"), config.innerWidth(), config.width());
        }

        Tensor forward(Tensor x) {
            return chain(
                    x,
                    h -> attention.forward(norm1.forward(h)).add_(h),
                    h -> feedForward(norm2.forward(h)).add_(h));
        }

        private Tensor feedForward(Tensor x) {
            return narrow.forward(activation.apply(widen.forward(x)));
        }
    }

    /** Self-attention: {@code [B, N, D] -> [B, N, D]}. */
    static final class ClipAttention {
        /** A variant of attention from {@link dev.hypersd.kernel.Attention}, which decides which tokens see which. */
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
}
