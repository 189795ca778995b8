package dev.hypersd.unet;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear layer gated by the GELU of another (Shazeer, 2020): {@code [B, N, in] -> [B, N, out]}. Both lie in one matrix, the gate
 * second; the GELU is the exact one, by the error function.
 */
final class Geglu {
    private final Linear projection;

    Geglu(Parameters p, long in, long out) {
        this.projection = Linear.of(p.at("proj"), in, 2 * out);
    }

    Tensor forward(Tensor x) {
        TensorVector halves = projection.forward(x).chunk(2, -1);
        return torch.gelu(halves.get(1)).mul_(halves.get(0));
    }
}
