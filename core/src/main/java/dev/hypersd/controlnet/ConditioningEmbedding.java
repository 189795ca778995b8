package dev.hypersd.controlnet;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A few convolutions that bring a picture to the size and the channels of a U-Net's first feature maps:
 * {@code [B, 3, 8h, 8w] -> [B, C, h, w]}.
 */
final class ConditioningEmbedding {
    private final List<Step> steps = new ArrayList<>();

    ConditioningEmbedding(Parameters p, ControlNetConfig config) {
        List<Integer> channels = config.embeddingChannels();
        add(Conv2d.same3x3(p.at("conv_in"), config.pictureChannels(), channels.getFirst()));
        for (int i = 1; i < channels.size(); i++) {
            int before = channels.get(i - 1);
            add(Conv2d.same3x3(p.at("blocks." + (2 * i - 2)), before, before));
            add(Conv2d.of(p.at("blocks." + (2 * i - 1)), before, channels.get(i), 3, 2, 1));
        }
        steps.add(Conv2d.zeroInitialised(
                p.at("conv_out"), channels.getLast(), config.unet().stemChannels(), 3)::forward);
    }

    private void add(Conv2d convolution) {
        steps.add(x -> Tensors.siluInPlace(convolution.forward(x)));
    }

    Tensor forward(Tensor picture) {
        return chain(picture, steps);
    }
}
