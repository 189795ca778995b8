package dev.hypersd.clip;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** The layers that both towers of CLIP consist of, one after another. */
final class ClipTransformer {
    /**
     * The sizes of a tower of CLIP.
     *
     * @param width of the hidden states
     * @param innerWidth of the feed-forward parts
     * @param layers number of them
     * @param heads attention heads of each
     * @param eps of every LayerNorm
     */
    record Config(int width, int innerWidth, int layers, int heads, Activation activation, double eps) {}

    private final List<ClipLayer> layers;

    /** @param mixing how tokens see each other */
    ClipTransformer(Parameters p, Config config, ClipAttention.Mixing mixing) {
        this.layers = IntStream.range(0, config.layers())
                .mapToObj(i -> new ClipLayer(p.at("layers." + i), config, mixing))
                .toList();
    }

    /** {@code x [B, N, D]} and the output of each layer, of the same shape. */
    List<Tensor> forward(Tensor x) {
        List<Tensor> hidden = new ArrayList<>(List.of(x));
        for (ClipLayer layer : layers) {
            hidden.add(scoped(() -> layer.forward(hidden.getLast())));
        }
        return hidden;
    }
}
