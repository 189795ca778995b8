package dev.hypersd.unet;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear layer gated by the GELU of another (Shazeer, 2020): {@code [B, N, in] -> [B, N, out]}. Both lie in one
 * matrix, the gate second; the GELU is the exact one, by the error function.
 */
final class Geglu {
    private final Linear projection;
    private final long width;

    Geglu(Parameters p, long in, long out) {
        this.projection = Linear.of(p.at("proj"), in, 2 * out);
        this.width = out;
    }

    Tensor forward(Tensor x) {
        Tensor both = projection.forward(x);
        Tensor gate = torch.gelu(both.narrow(-1, width, width));
        return gate.mul_(both.narrow(-1, 0, width));
    }
}
