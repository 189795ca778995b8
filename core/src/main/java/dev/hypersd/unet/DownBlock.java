package dev.hypersd.unet;

import static dev.hypersd.nn.GradientCheckpointing.segment;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * One level of the encoder: its layers and, at all levels but the last, a convolution that halves the size (rounding
 * up).
 */
final class DownBlock {
    private final List<Layer> layers = new ArrayList<>();
    private final Optional<Conv2d> downsample;

    DownBlock(Parameters p, UNetConfig config, int index) {
        UNetConfig.Level level = config.levels().get(index);
        long in = index == 0
                ? config.stemChannels()
                : config.levels().get(index - 1).channels();
        for (int i = 0; i < level.layers(); i++) {
            layers.add(Layer.of(p, config, i, i == 0 ? in : level.channels(), level));
        }
        boolean last = index == config.levels().size() - 1;
        this.downsample = last
                ? Optional.empty()
                : Optional.of(Conv2d.of(p.at("downsamplers.0.conv"), level.channels(), level.channels(), 3, 2, 1));
    }

    /**
     * Returns the outputs of each layer and of the downsampling, from first to last: they are skip connections, and the
     * last is the input of the next level.
     *
     * @param x {@code [B, in, H, W]}
     */
    List<Tensor> forward(Tensor x, Tensor embedding, Tensor text) {
        List<Tensor> outputs = new ArrayList<>();
        Tensor current = x;
        for (Layer layer : layers) {
            Tensor input = current;
            current = scoped(() -> layer.forward(input, embedding, text));
            outputs.add(current);
        }
        Tensor last = current;
        downsample.ifPresent(d -> outputs.add(scoped(() -> segment(in -> d.forward(in[0]), last))));
        return outputs;
    }
}
