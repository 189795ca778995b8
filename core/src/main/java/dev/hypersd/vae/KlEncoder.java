package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ResnetBlock;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The encoder: pictures to the moments of their latents, {@code [B, 3, H, W] -> [B, 2C, h, w]}. */
final class KlEncoder {
    private static final long[] RIGHT_AND_BOTTOM = {0, 1, 0, 1};

    private final List<Step> steps = new ArrayList<>();

    KlEncoder(Parameters p, AutoencoderKlConfig config) {
        List<Integer> channels = config.channels();
        int in = channels.getFirst();
        steps.add(Conv2d.same3x3(p.at("conv_in"), config.imageChannels(), in)::forward);
        for (int level = 0; level < channels.size(); level++) {
            Parameters block = p.at("down_blocks." + level);
            int out = channels.get(level);
            for (int i = 0; i < config.layers(); i++) {
                steps.add(
                        new ResnetBlock(
                                        block.at("resnets." + i),
                                        i == 0 ? in : out,
                                        out,
                                        config.normGroups(),
                                        KlMidBlock.EPS)::forward);
            }
            if (level < channels.size() - 1) {
                Conv2d halve = Conv2d.of(block.at("downsamplers.0.conv"), out, out, 3, 2, 0);
                steps.add(h -> halve.forward(torch.constant_pad_nd(h, RIGHT_AND_BOTTOM)));
            }
            in = out;
        }
        steps.addAll(KlMidBlock.steps(p.at("mid_block"), config));
        GroupNorm norm = new GroupNorm(p.at("conv_norm_out"), in, config.normGroups(), KlMidBlock.EPS);
        steps.add(h -> Tensors.siluInPlace(norm.forward(h)));
        steps.add(Conv2d.same3x3(p.at("conv_out"), in, 2L * config.latentChannels())::forward);
    }

    Tensor forward(Tensor images) {
        return chain(images, steps);
    }
}
