package dev.hypersd.pipeline;

import dev.hypersd.sampler.SamplingPlan;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What the loop begins with and what it keeps to.
 *
 * @param start the latents before the first step, {@code [B, C, h, w]}
 * @param kept what steps may not change, if anything
 * @param inpaintingChannels channels that a U-Net for inpainting sees in addition to the latents: mask and masked
 *     picture, {@code [B, 1 + C, h, w]}
 */
record PreparedLatents(Tensor start, Optional<Kept> kept, Optional<Tensor> inpaintingChannels) {
    /**
     * The part of a picture that stays as it is.
     *
     * @param clean latents of the picture
     * @param noise the noise that it began with
     * @param mask 1 where it is drawn anew and 0 where it stays, {@code [1, 1, h, w]}
     */
    record Kept(Tensor clean, Tensor noise, Tensor mask) {
        /** The latents {@code x} after step {@code i} with this part put back, as noisy as the next step expects it. */
        Tensor putBack(SamplingPlan plan, int i, Tensor x) {
            boolean last = i == plan.size() - 1;
            Tensor own = last ? clean : plan.addNoise(i + 1, clean, noise);
            Tensor stays = mask.neg().add_(new Scalar(1.0));
            return stays.mul(own).add_(mask.mul(x));
        }
    }

    /** Latents and nothing else. */
    static PreparedLatents of(Tensor start) {
        return new PreparedLatents(start, Optional.empty(), Optional.empty());
    }

    /** The latents after step {@code i}. */
    Tensor after(SamplingPlan plan, int i, Tensor x) {
        return kept.map(k -> k.putBack(plan, i, x)).orElse(x);
    }
}
