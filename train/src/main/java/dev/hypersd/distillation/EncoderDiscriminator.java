package dev.hypersd.distillation;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.objective.Predictor;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Learner.Renewal;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNetEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A discriminator of the base network's encoder and middle block, which are trained, and a head (Lin et al., 2024,
 * section 3.3). The authors of Hyper-SD name it.
 */
final class EncoderDiscriminator implements Discriminator {
    /**
     * The settings.
     *
     * @param conditional whether it also sees the start of the student's step, so that it compares whole steps and not
     *     only their ends
     */
    record Settings(boolean conditional) implements Discriminator.Settings {
        static Settings read(Section section) {
            return new Settings(section.flag("conditional", true));
        }

        @Override
        public Discriminator open(Student student, PretrainedModel pretrained) {
            var unet = pretrained.model().unet();
            var levels = unet.network().config().levels();
            long least = pretrained.samples().shapes().stream()
                    .mapToLong(shape -> Math.min(shape[1], shape[2]))
                    .min()
                    .orElseThrow();
            return new EncoderDiscriminator(
                    unet.network().encoder(),
                    unet.parameters(),
                    levels.getLast().channels(),
                    least >> (levels.size() - 1),
                    conditional,
                    student.seed(),
                    student.arena());
        }
    }

    private static final Pattern ENCODER =
            Pattern.compile("(conv_in|time_embedding|add_embedding|down_blocks|mid_block)\\..*");

    private final UNetEncoder encoder;
    private final boolean conditional;
    private final List<Layer> layers = new ArrayList<>();
    private final Conv2d last;
    private final Tuning tuning;

    private record Layer(Conv2d convolution, GroupNorm norm) {}

    /**
     * Builds the discriminator.
     *
     * @param encoder the encoder of the base network, which is not changed: trained tensors replace its weights in
     *     calls
     * @param parameters the parameters of the base network
     * @param channels the channels of the middle block
     * @param size the smallest width or height of the middle block's feature maps
     * @param conditional whether it also sees the start of the student's step
     * @param seed the seed of the head's random weights
     */
    EncoderDiscriminator(
            UNetEncoder encoder,
            Map<String, Parameter> parameters,
            long channels,
            long size,
            boolean conditional,
            long seed,
            TensorArena arena) {
        this.encoder = encoder;
        this.conditional = conditional;
        Parameters p = new Parameters(new RandomParameters(seed, Dtype.F32, arena));
        long in = conditional ? 2 * channels : channels;
        for (long left = size; left > 2; left /= 2) {
            Parameters layer = p.at("head." + layers.size());
            layers.add(new Layer(
                    Conv2d.of(layer.at("conv"), in, channels, 4, 2, 1),
                    Discriminator.groupNorm(layer.at("norm"), channels)));
            in = channels;
        }
        this.last = Conv2d.pointwise(p.at("head.last"), in, 1);
        Map<String, Parameter> learning = new LinkedHashMap<>(parameters);
        learning.keySet().removeIf(name -> !ENCODER.matcher(name).matches());
        learning.putAll(p.taken());
        this.tuning = new Tuning.Full(learning);
    }

    @Override
    public Tuning tuning() {
        return tuning;
    }

    @Override
    public Renewal renewal() {
        return Renewal.NONE;
    }

    @Override
    public List<Integer> heads(RandomSource random) {
        return List.of(0);
    }

    @Override
    public List<Tensor> logits(Noisy compared, Noisy start, Conditioning text, List<Integer> heads) {
        return List.of(scoped(() -> {
            Tensor seen = features(compared, text);
            Tensor h = conditional ? Tensors.cat(1, seen, features(start, text)) : seen;
            for (Layer layer : layers) {
                h = torch.silu(layer.norm.forward(layer.convolution.forward(h)));
            }
            return last.forward(h).to(Dtype.F32.scalarType());
        }));
    }

    private Tensor features(Noisy noisy, Conditioning text) {
        return scoped(() -> {
            Tensor embedding = encoder.embed(Predictor.tensor(noisy.timesteps()), text);
            return encoder.encode(encoder.stem(noisy.latents()), embedding, text.text())
                    .middle();
        });
    }
}
