package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ResnetBlock;
import dev.hypersd.nn.Upsample;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The decoder: latents to pictures, {@code [B, C, h, w] -> [B, 3, H, W]}. */
final class KlDecoder {
    private final List<Step> steps = new ArrayList<>();

    KlDecoder(Parameters p, AutoencoderKlConfig config) {
        List<Integer> channels = config.channels().reversed();
        int in = channels.getFirst();
        steps.add(Conv2d.same3x3(p.at("conv_in"), config.latentChannels(), in)::forward);
        steps.addAll(KlMidBlock.steps(p.at("mid_block"), config));
        for (int level = 0; level < channels.size(); level++) {
            Parameters block = p.at("up_blocks." + level);
            int out = channels.get(level);
            for (int i = 0; i <= config.layers(); i++) {
                steps.add(
                        new ResnetBlock(
                                        block.at("resnets." + i),
                                        i == 0 ? in : out,
                                        out,
                                        config.normGroups(),
                                        KlMidBlock.EPS)::forward);
            }
            if (level < channels.size() - 1) {
                steps.add(new Upsample(block.at("upsamplers.0"), out)::forward);
            }
            in = out;
        }
        GroupNorm norm = new GroupNorm(p.at("conv_norm_out"), in, config.normGroups(), KlMidBlock.EPS);
        steps.add(h -> Tensors.siluInPlace(norm.forward(h)));
        steps.add(Conv2d.same3x3(p.at("conv_out"), in, config.imageChannels())::forward);
    }

    Tensor forward(Tensor latents) {
        return chain(latents, steps);
    }
}
