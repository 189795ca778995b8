package dev.hypersd.unet;

import static dev.hypersd.nn.GradientCheckpointing.segment;

import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ResnetBlock;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** A layer of a U-Net block: a residual block and, where the level has attention, a transformer after it. */
record Layer(ResnetBlock2D resnet, Optional<Transformer2DModel> transformer) {
    /**
     * Builds a layer with {@code in} input and {@code out} output channels.
     *
     * @param p the parameters of the block, in which the parts of its layers are in two lists
     */
    static Layer of(Parameters p, UNetConfig config, int index, long in, UNetConfig.Level level) {
        return new Layer(
                new ResnetBlock2D(p.at("resnets." + index), config, in, level.channels()),
                level.transformer()
                        .map(t -> new Transformer2DModel(p.at("attentions." + index), config, level.channels(), t)));
    }

    /** Applies the layer, as a segment of gradient checkpointing. */
    Tensor forward(Tensor x, Tensor embedding, Tensor text) {
        return segment(in -> compute(in[0], in[1], in[2]), x, embedding, text);
    }

    private Tensor compute(Tensor x, Tensor embedding, Tensor text) {
        Tensor convolved = resnet.forward(x, embedding);
        return transformer.map(t -> t.forward(convolved, text)).orElse(convolved);
    }

    /**
     * A {@link ResnetBlock} conditioned on the timestep, whose embedding is added to the channels between the two
     * convolutions.
     */
    static final class ResnetBlock2D {
        private final ResnetBlock block;
        private final Linear timeProjection;

        ResnetBlock2D(Parameters p, UNetConfig config, long in, long out) {
            this.block = new ResnetBlock(p, in, out, config.normGroups(), config.normEps());
            this.timeProjection = Linear.of(p.at("time_emb_proj").unquantised(), config.embeddingDimension(), out);
        }

        /**
         * Applies the block.
         *
         * @param embedding the embedding of time and added conditions, after its activation, {@code [B, E]}
         */
        Tensor forward(Tensor x, Tensor embedding) {
            return block.forward(
                    x,
                    h -> h.add_(timeProjection.forward(embedding).unsqueeze(-1).unsqueeze(-1)));
        }
    }
}
