package dev.hypersd.distillation;

import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.training.Learner.Renewal;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** A network that distinguishes the student's latents from real ones. */
sealed interface Discriminator permits EncoderDiscriminator, FeatureDiscriminator {
    /** The settings of a discriminator, which are read from the section {@code adversarial} of a recipe. */
    sealed interface Settings permits EncoderDiscriminator.Settings, FeatureDiscriminator.Settings {
        /** Creates the discriminator with random heads. */
        Discriminator open(Student student, PretrainedModel pretrained);

        /** Reads the key {@code discriminator} and the keys of the discriminator that it names. */
        static Settings read(Section section) {
            SequencedMap<String, Supplier<Settings>> kinds = new LinkedHashMap<>();
            kinds.put("features", () -> FeatureDiscriminator.Settings.read(section));
            kinds.put("encoder", () -> EncoderDiscriminator.Settings.read(section));
            return section.choice("discriminator", "features", kinds).get();
        }
    }

    /** Returns its trained parameters. */
    Tuning tuning();

    /** Returns which of its parameters begin anew during the training. */
    Renewal renewal();

    /** Draws the numbers of the heads that take part in one comparison. */
    List<Integer> heads(RandomSource random);

    /**
     * Returns logits, which are high for latents that it considers real.
     *
     * @param compared the latents to judge
     * @param start the latents from which the student started
     * @param text the conditioning of their captions
     * @param heads the numbers of the heads that judge
     * @return a map of logits for each head at each depth, {@code [B, 1, h', w']}
     */
    List<Tensor> logits(Noisy compared, Noisy start, Conditioning text, List<Integer> heads);

    /** Builds group normalisation in 32 groups, or fewer where a small network has fewer channels. */
    static GroupNorm groupNorm(Parameters p, long channels) {
        long groups = BigInteger.valueOf(channels).gcd(BigInteger.valueOf(32)).longValue();
        return new GroupNorm(p, channels, groups, 1e-5);
    }
}
