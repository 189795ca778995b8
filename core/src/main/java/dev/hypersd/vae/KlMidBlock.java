package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ResnetBlock;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.vae.AutoencoderKlConfig.Option;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The middle block of encoder and decoder: residual block, attention where the model has it, residual block. */
final class KlMidBlock {
    /** The epsilon of every GroupNorm in the autoencoder. */
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

    /**
     * Attention of every pixel to every other, with one head, after GroupNorm and with a residual connection: {@code
     * [B, C, H, W] -> [B, C, H, W]}.
     */
    static final class SpatialAttention {
        private final GroupNorm norm;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear out;

        SpatialAttention(Parameters p, long channels, long groups, double eps) {
            this.norm = new GroupNorm(p.at("group_norm"), channels, groups, eps);
            this.query = Linear.of(p.at("to_q"), channels, channels);
            this.key = Linear.of(p.at("to_k"), channels, channels);
            this.value = Linear.of(p.at("to_v"), channels, channels);
            this.out = Linear.of(p.at("to_out.0"), channels, channels);
        }

        Tensor forward(Tensor x) {
            return chain(
                    x,
                    h -> norm.forward(h).flatten(2, -1).transpose(1, 2).contiguous(),
                    h -> Attention.apply(query.forward(h), key.forward(h), value.forward(h), 1),
                    h -> x.add(out.forward(h).transpose(1, 2).view(x.size(0), x.size(1), x.size(2), x.size(3))));
        }
    }
}
