package dev.hypersd.vae;

import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ResnetBlock;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.vae.AutoencoderKlConfig.Option;
import java.util.ArrayList;
import java.util.List;

/** The middle of encoder and decoder: residual block, attention where the model has it, residual block. */
final class KlMidBlock {
    /** Of every GroupNorm in the autoencoder. */
    static final double EPS = 1e-6;

    private KlMidBlock() {}

    static List<Step> steps(Parameters p, AutoencoderKlConfig config) {
        int channels = config.channels().getLast();
        List<Step> steps = new ArrayList<>();
        steps.add(new ResnetBlock(p.at("resnets.0"), channels, channels, config.normGroups(), EPS)::forward);
        if (config.has(Option.MIDDLE_ATTENTION)) {
            steps.add(new SpatialAttention(p.at("attentions.0"), channels, config.normGroups(), EPS)::forward);
        }
        steps.add(new ResnetBlock(p.at("resnets.1"), channels, channels, config.normGroups(), EPS)::forward);
        return steps;
    }
}
