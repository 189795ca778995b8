package dev.hypersd.distillation;

import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A network that tells the student's latents from the teacher's. */
sealed interface Discriminator permits EncoderDiscriminator, FeatureDiscriminator {
    /** What of it learns. */
    Tuning tuning();

    /**
     * High for what it holds to be the teacher's.
     *
     * @param latents {@code [B, C, h, w]}, with noise of {@code timesteps}
     * @param lesson that they come from
     * @param text what the network is told of them
     * @return a map of logits for each head, {@code [B, 1, h', w']}
     */
    List<Tensor> logits(Tensor latents, int[] timesteps, Target target, Conditioning text);
}
