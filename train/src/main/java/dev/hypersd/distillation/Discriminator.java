package dev.hypersd.distillation;

import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.math.BigInteger;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A network that distinguishes the student's latents from real ones. */
sealed interface Discriminator permits EncoderDiscriminator, FeatureDiscriminator {
    /** Returns its trained parameters. */
    Tuning tuning();

    /**
     * Returns logits, which are high for latents that it considers real.
     *
     * @param latents {@code [B, C, h, w]}, with noise of {@code timesteps}
     * @param target the target that the latents belong to
     * @param text the conditioning of their captions
     * @return a map of logits for each head, {@code [B, 1, h', w']}
     */
    List<Tensor> logits(Tensor latents, int[] timesteps, Target target, Conditioning text);

    /** Builds group normalisation in 32 groups, or fewer where a small network has fewer channels. */
    static GroupNorm groupNorm(Parameters p, long channels) {
        long groups = BigInteger.valueOf(channels).gcd(BigInteger.valueOf(32)).longValue();
        return new GroupNorm(p, channels, groups, 1e-5);
    }
}
