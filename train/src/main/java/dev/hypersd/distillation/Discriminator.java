package dev.hypersd.distillation;

import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.math.BigInteger;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A network that tells the student's latents from real ones. */
sealed interface Discriminator permits EncoderDiscriminator, FeatureDiscriminator {
    /** What of it learns. */
    Tuning tuning();

    /**
     * High for what it takes for real.
     *
     * @param latents {@code [B, C, h, w]}, with noise of {@code timesteps}
     * @param target that they come from
     * @param text the conditioning of their captions
     * @return a map of logits for each head, {@code [B, 1, h', w']}
     */
    List<Tensor> logits(Tensor latents, int[] timesteps, Target target, Conditioning text);

    /** Group normalisation in 32 groups, or in as many as small networks have channels for. */
    static GroupNorm groupNorm(Parameters p, long channels) {
        long groups = BigInteger.valueOf(channels).gcd(BigInteger.valueOf(32)).longValue();
        return new GroupNorm(p, channels, groups, 1e-5);
    }
}
