package dev.hypersd.distillation;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.objective.Predictor;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNet2DConditionModel;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A discriminator of trained heads on features of the frozen base network at all depths (Wang et al., 2024, section
 * 4.3).
 */
final class FeatureDiscriminator implements Discriminator {
    private final UNet2DConditionModel unet;
    private final List<List<Head>> heads = new ArrayList<>();
    private final Tuning tuning;

    /**
     * Builds the discriminator.
     *
     * @param perDepth the number of heads on each feature map
     * @param seed the seed of their random weights
     */
    FeatureDiscriminator(UNet2DConditionModel unet, int perDepth, long seed, TensorArena arena) {
        this.unet = unet;
        Parameters p = new Parameters(new RandomParameters(seed, Dtype.F32, arena));
        List<Long> channels = unet.featureChannels();
        for (int depth = 0; depth < channels.size(); depth++) {
            List<Head> here = new ArrayList<>();
            for (int i = 0; i < perDepth; i++) {
                here.add(new Head(p.at("heads.%d.%d".formatted(depth, i)), channels.get(depth)));
            }
            heads.add(here);
        }
        this.tuning = new Tuning.Full(p.taken());
    }

    @Override
    public Tuning tuning() {
        return tuning;
    }

    @Override
    public List<Tensor> logits(Tensor latents, int[] timesteps, Target target, Conditioning text) {
        List<Tensor> features = unet.features(latents, Predictor.tensor(timesteps), text);
        List<Tensor> logits = new ArrayList<>();
        for (int depth = 0; depth < features.size(); depth++) {
            for (Head head : heads.get(depth)) {
                logits.add(head.forward(features.get(depth)));
            }
        }
        return logits;
    }

    /** A head: two convolutions, the second one with a residual connection, and a logit for each place. */
    private static final class Head {
        private static final double SLOPE = 0.2;

        private final Conv2d first;
        private final GroupNorm firstNorm;
        private final Conv2d second;
        private final GroupNorm secondNorm;
        private final Conv2d last;

        Head(Parameters p, long channels) {
            this.first = Conv2d.same3x3(p.at("first"), channels, channels);
            this.firstNorm = Discriminator.groupNorm(p.at("first_norm"), channels);
            this.second = Conv2d.same3x3(p.at("second"), channels, channels);
            this.secondNorm = Discriminator.groupNorm(p.at("second_norm"), channels);
            this.last = Conv2d.pointwise(p.at("last"), channels, 1);
        }

        Tensor forward(Tensor x) {
            return scoped(() -> {
                Tensor h = activated(firstNorm.forward(first.forward(x)));
                return last.forward(h.add(activated(secondNorm.forward(second.forward(h)))))
                        .to(Dtype.F32.scalarType());
            });
        }

        private static Tensor activated(Tensor x) {
            return torch.leaky_relu(x, new Scalar(SLOPE));
        }
    }
}
