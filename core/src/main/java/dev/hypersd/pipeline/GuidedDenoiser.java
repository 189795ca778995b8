package dev.hypersd.pipeline;

import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNet2DConditionModel;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The U-Net under classifier-free guidance: one batch of negative and positive halves, or a single pass where guidance is off.
 */
final class GuidedDenoiser {
    private static final long[] ALL_BUT_BATCH = {1, 2, 3};

    private final UNet2DConditionModel unet;
    private final Conditioning conditioning;
    private final Guidance guidance;

    /** @param conditioning for {@code [negative, positive]} where guidance is on */
    GuidedDenoiser(UNet2DConditionModel unet, Conditioning conditioning, Guidance guidance) {
        this.unet = unet;
        this.conditioning = conditioning;
        this.guidance = guidance;
    }

    /**
     * The prediction for {@code latents [B, C, h, w]}, already scaled as the sampler wants it.
     *
     * @param timestep 0 to 999, fractional where the schedule is
     */
    Tensor predict(Tensor latents, double timestep) {
        Tensor time = Tensors.of(new float[] {(float) timestep}, 1).to(latents);
        if (!guidance.isOn()) {
            return unet.forward(latents, time, conditioning);
        }
        Tensor both = unet.forward(Tensors.cat(0, latents, latents), time, conditioning);
        Tensor negative = both.narrow(0, 0, latents.size(0));
        Tensor positive = both.narrow(0, latents.size(0), latents.size(0));
        Tensor guided = negative.add(positive.sub(negative), new Scalar(guidance.scale()));
        return guidance.rescale() == 0 ? guided : rescaled(guided, positive);
    }

    /** Mixes in the guided prediction brought back to the positive one's standard deviation (Lin et al., 2023, equations 15 and 16). */
    private Tensor rescaled(Tensor guided, Tensor positive) {
        Tensor matched = guided.mul(deviation(positive).div(deviation(guided)));
        return Tensors.combine(guidance.rescale(), matched, 1 - guidance.rescale(), guided);
    }

    private static Tensor deviation(Tensor prediction) {
        return prediction.std(ALL_BUT_BATCH, true, true);
    }
}
