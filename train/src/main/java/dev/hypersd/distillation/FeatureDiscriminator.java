package dev.hypersd.distillation;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.objective.Predictor;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Learner.Renewal;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNet2DConditionModel.Traced;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A discriminator of trained heads on features of the frozen base network at several depths (Wang et al., 2024, section
 * 4.3; Sauer et al., 2024). There may be a pool of heads at each depth, of which some are drawn for each comparison and
 * some begin anew, so that none sees too much of one student (Chen et al., 2025, section 3.2).
 */
final class FeatureDiscriminator implements Discriminator {
    /** Where in the network features are taken. */
    enum Depth {
        /** After each level of the encoder. */
        DOWN,
        /** After the middle block. */
        MIDDLE,
        /** After each level of the decoder. */
        UP
    }

    /**
     * The settings.
     *
     * @param depths where features are taken, at least one
     * @param heads the number of heads at each depth
     * @param headsAtOnce how many of these judge at a time
     * @param renewed the probability with which a head begins anew in a training step
     */
    record Settings(Set<Depth> depths, int heads, int headsAtOnce, double renewed) implements Discriminator.Settings {
        Settings {
            depths = Set.copyOf(depths);
        }

        static Settings read(Section section) {
            int heads = section.count("heads", 1, 1);
            int atOnce = section.count("heads_at_once", heads, 1);
            if (atOnce > heads) {
                throw section.invalid("heads_at_once", "is %d, and there are %d heads".formatted(atOnce, heads));
            }
            return new Settings(
                    section.some("depths", Depth.class), heads, atOnce, section.number("renewed_heads", 0, 0, 0.5));
        }

        @Override
        public Discriminator open(Student student, PretrainedModel pretrained) {
            return new FeatureDiscriminator(pretrained.model().unet().network(), this, student.seed(), student.arena());
        }
    }

    private final UNet2DConditionModel unet;
    private final Settings settings;
    private final long seed;
    /** The heads at each depth of the network; none at depths that are not looked at. */
    private final List<List<Head>> pool = new ArrayList<>();

    private final Tuning tuning;

    /**
     * Builds the discriminator.
     *
     * @param seed the seed of the heads' random weights
     */
    FeatureDiscriminator(UNet2DConditionModel unet, Settings settings, long seed, TensorArena arena) {
        this.unet = unet;
        this.settings = settings;
        this.seed = seed;
        Parameters p = new Parameters(new RandomParameters(seed, Dtype.F32, arena));
        for (int depth = 0; depth < unet.featureChannels().size(); depth++) {
            List<Head> here = new ArrayList<>();
            for (int i = 0; i < settings.heads() && settings.depths().contains(kind(depth)); i++) {
                here.add(head(p, depth, i));
            }
            pool.add(here);
        }
        this.tuning = new Tuning.Full(p.taken());
    }

    private Head head(Parameters p, int depth, int index) {
        return new Head(
                p.at("heads.%d.%d".formatted(depth, index)),
                unet.featureChannels().get(depth));
    }

    private Depth kind(int depth) {
        int levels = unet.config().levels().size();
        return depth < levels ? Depth.DOWN : depth == levels ? Depth.MIDDLE : Depth.UP;
    }

    @Override
    public Tuning tuning() {
        return tuning;
    }

    /** Returns new random weights of the heads that are drawn in a step; most steps have none. */
    @Override
    public Renewal renewal() {
        return settings.renewed() == 0 ? Renewal.NONE : this::renewed;
    }

    private Map<String, Tensor> renewed(long step) {
        RandomSource random = RandomSource.at(seed, step);
        Map<String, Tensor> renewed = new HashMap<>();
        for (int depth = 0; depth < pool.size(); depth++) {
            for (int i = 0; i < pool.get(depth).size(); i++) {
                if (random.uniform() < settings.renewed()) {
                    long drawn = random.integers(Integer.MAX_VALUE, 1)[0];
                    try (TensorArena arena = new TensorArena()) {
                        Parameters p = new Parameters(new RandomParameters(drawn, Dtype.F32, arena));
                        head(p, depth, i);
                        p.taken()
                                .forEach((name, parameter) ->
                                        renewed.put(name, parameter.base().clone()));
                    }
                }
            }
        }
        return renewed;
    }

    @Override
    public List<Integer> heads(RandomSource random) {
        List<Integer> left =
                IntStream.range(0, settings.heads()).boxed().collect(Collectors.toCollection(ArrayList::new));
        while (left.size() > settings.headsAtOnce()) {
            left.remove(/* index */ random.integers(left.size(), 1)[0]);
        }
        return List.copyOf(left);
    }

    @Override
    public List<Tensor> logits(Noisy compared, Noisy start, Conditioning text, List<Integer> heads) {
        return logits(
                unet.features(compared.latents(), Predictor.tensor(compared.timesteps()), text, deepest()), heads);
    }

    /** Returns the number of feature maps up to the last one that is looked at. */
    private int deepest() {
        return 1
                + IntStream.range(0, pool.size())
                        .filter(depth -> !pool.get(depth).isEmpty())
                        .max()
                        .orElseThrow();
    }

    /** Returns the logits of feature maps of {@link #traced}, or the first of them. */
    List<Tensor> logits(List<Tensor> features, List<Integer> heads) {
        List<Tensor> logits = new ArrayList<>();
        for (int depth = 0; depth < features.size(); depth++) {
            List<Head> here = pool.get(depth);
            for (int head : here.isEmpty() ? List.<Integer>of() : heads) {
                logits.add(here.get(head).forward(features.get(depth)));
            }
        }
        return logits;
    }

    /** Returns the prediction of the base network and its feature maps, in one pass; gradients flow through both. */
    Traced traced(Noisy noisy, Conditioning text) {
        return unet.traced(noisy.latents(), Predictor.tensor(noisy.timesteps()), text);
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
