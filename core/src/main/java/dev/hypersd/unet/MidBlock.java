package dev.hypersd.unet;

import static dev.hypersd.nn.GradientCheckpointing.segment;
import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Parameters;
import dev.hypersd.unet.Layer.ResnetBlock2D;
import dev.hypersd.unet.UNetConfig.Level;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The block between encoder and decoder: residual block, transformer, residual block;
 * {@code [B, C, H, W] -> [B, C, H, W]}.
 */
final class MidBlock {
    private final Layer layer;
    private final ResnetBlock2D resnet;

    MidBlock(Parameters p, UNetConfig config) {
        int channels = config.coarsest().channels();
        this.layer = Layer.of(p, config, 0, channels, new Level(channels, 1, Optional.of(config.middle())));
        this.resnet = new ResnetBlock2D(p.at("resnets.1"), config, channels, channels);
    }

    Tensor forward(Tensor x, Tensor embedding, Tensor text) {
        return chain(
                x,
                h -> layer.forward(h, embedding, text),
                h -> segment(in -> resnet.forward(in[0], in[1]), h, embedding));
    }
}
