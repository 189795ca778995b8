package dev.hypersd.pipeline;

import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNet.ResidualScaling;
import dev.hypersd.request.Control;
import dev.hypersd.request.Guidance;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.Conditioning.Residuals;
import dev.hypersd.unet.UNet2DConditionModel;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The U-Net with classifier-free guidance and ControlNets: one batch of negative and positive halves, or a single pass
 * where guidance is off.
 */
final class GuidedDenoiser {
    private static final long[] ALL_BUT_BATCH = {1, 2, 3};

    private final UNet2DConditionModel unet;
    private final Conditioning conditioning;
    private final Guidance guidance;
    private final List<ActiveControl> controls;
    private final Optional<Tensor> inpaintingChannels;

    /**
     * Creates the denoiser.
     *
     * @param conditioning the conditioning of {@code [negative, positive]} where guidance is on
     * @param controls the active ControlNets
     * @param inpaintingChannels additional input channels for a U-Net for inpainting, {@code [B, n, h, w]}
     */
    GuidedDenoiser(
            UNet2DConditionModel unet,
            Conditioning conditioning,
            Guidance guidance,
            List<ActiveControl> controls,
            Optional<Tensor> inpaintingChannels) {
        this.unet = unet;
        this.conditioning = conditioning;
        this.guidance = guidance;
        this.controls = controls;
        this.inpaintingChannels = inpaintingChannels;
    }

    /** Predicts in step {@code i} of {@code plan} for the latents {@code x [B, C, h, w]}. */
    Tensor predict(SamplingPlan plan, int i, Tensor x) {
        Tensor latents = plan.scaleModelInput(i, x);
        Tensor time = Tensors.of(new float[] {(float) plan.timestep(i)}, 1).to(latents);
        if (!guidance.isOn()) {
            return predict(plan, i, latents, time);
        }
        Tensor both = predict(plan, i, Tensors.cat(0, latents, latents), time);
        Tensor negative = both.narrow(0, 0, x.size(0));
        Tensor positive = both.narrow(0, x.size(0), x.size(0));
        Tensor guided = negative.add(positive.sub(negative), new Scalar(guidance.scale()));
        return guidance.rescale() == 0 ? guided : rescaled(guided, positive);
    }

    private Tensor predict(SamplingPlan plan, int i, Tensor latents, Tensor time) {
        Optional<Residuals> residuals = controls.stream()
                .flatMap(g -> g.at(i, plan.size(), latents, time, conditioning, guidance.isOn()).stream())
                .reduce(Residuals::plus);
        return unet.forward(
                complete(latents), time, residuals.map(conditioning::with).orElse(conditioning));
    }

    private Tensor complete(Tensor latents) {
        return inpaintingChannels
                .map(more -> Tensors.cat(1, latents, guidance.isOn() ? Tensors.cat(0, more, more) : more))
                .orElse(latents);
    }

    /**
     * Rescales the guided prediction to the positive one's standard deviation, and mixes both (Lin et al., 2023,
     * equations 15 and 16).
     */
    private Tensor rescaled(Tensor guided, Tensor positive) {
        Tensor matched = guided.mul(deviation(positive).div(deviation(guided)));
        return Tensors.combine(guidance.rescale(), matched, 1 - guidance.rescale(), guided);
    }

    private static Tensor deviation(Tensor prediction) {
        return prediction.std(ALL_BUT_BATCH, true, true);
    }

    /**
     * A ControlNet during one generation.
     *
     * @param control its options in the request
     * @param network the network
     * @param picture the embedded picture from {@link ControlNet#embed}, {@code [1, C, h, w]}
     */
    record ActiveControl(Control control, ControlNet network, Tensor picture) {
        /**
         * Computes the residuals of step {@code i} of {@code steps}; empty where the ControlNet is not active.
         *
         * @param latents the latents that the U-Net is given; with guidance, the negative half comes first
         * @param guided whether guidance is on
         */
        Optional<Residuals> at(
                int i, int steps, Tensor latents, Tensor time, Conditioning conditioning, boolean guided) {
            if (!control.isActive(i, steps)) {
                return Optional.empty();
            }
            return Optional.of(
                    switch (control.mode()) {
                        case BALANCED -> residuals(latents, time, conditioning, ResidualScaling.UNIFORM);
                        case GUESS ->
                            guided
                                    ? guess(latents, time, conditioning)
                                    : residuals(latents, time, conditioning, ResidualScaling.LOGARITHMIC);
                    });
        }

        private Residuals residuals(Tensor latents, Tensor time, Conditioning conditioning, ResidualScaling scaling) {
            return network.forward(latents, time, conditioning.withoutGuidance(), picture, control.scale(), scaling);
        }

        /** Computes the residuals of the positive half only, with zeros for the negative one. */
        private Residuals guess(Tensor latents, Tensor time, Conditioning conditioning) {
            long half = latents.size(0) / 2;
            return residuals(
                            latents.narrow(0, half, half),
                            time,
                            conditioning.rows(half, half),
                            ResidualScaling.LOGARITHMIC)
                    .map(r -> Tensors.cat(0, torch.zeros_like(r), r));
        }
    }
}
