package dev.hypersd.unet;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Two linear layers with SiLU between them: {@code [B, in] -> [B, out]}. */
final class TimestepEmbedding {
    private final Linear linear1;
    private final Linear linear2;

    TimestepEmbedding(Parameters p, long in, long out) {
        this.linear1 = Linear.of(p.at("linear_1"), in, out);
        this.linear2 = Linear.of(p.at("linear_2"), out, out);
    }

    Tensor forward(Tensor x) {
        return linear2.forward(Tensors.siluInPlace(linear1.forward(x)));
    }
}
