package dev.hypersd.unet;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ResnetBlock;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link ResnetBlock} that takes the timestep: its embedding is added to the channels between the two convolutions.
 */
final class ResnetBlock2D {
    private final ResnetBlock block;
    private final Linear timeProjection;

    ResnetBlock2D(Parameters p, UNetConfig config, long in, long out) {
        this.block = new ResnetBlock(p, in, out, config.normGroups(), config.normEps());
        this.timeProjection = Linear.of(p.at("time_emb_proj"), config.embeddingDimension(), out);
    }

    /** @param embedding of time and added conditions, after its activation, {@code [B, E]} */
    Tensor forward(Tensor x, Tensor embedding) {
        return block.forward(
                x, h -> h.add_(timeProjection.forward(embedding).unsqueeze(-1).unsqueeze(-1)));
    }
}
