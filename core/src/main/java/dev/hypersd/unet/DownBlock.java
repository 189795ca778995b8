package dev.hypersd.unet;

import static dev.hypersd.nn.GradientCheckpointing.segment;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** One level of the encoder: its layers and, at all levels but the last, a convolution that halves the size (rounding up). */
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

    /** Appends the output of each layer, and that of the downsampling, to {@code skips}, whose last element is the input. */
    void forward(List<Tensor> skips, Tensor embedding, Tensor text) {
        for (Layer layer : layers) {
            skips.add(scoped(() -> layer.forward(skips.getLast(), embedding, text)));
        }
        downsample.ifPresent(d -> skips.add(scoped(() -> segment(in -> d.forward(in[0]), skips.getLast()))));
    }
}
