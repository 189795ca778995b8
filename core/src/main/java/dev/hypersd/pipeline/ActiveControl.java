package dev.hypersd.pipeline;

import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNet.ResidualScaling;
import dev.hypersd.request.Control;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.Conditioning.Residuals;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a ControlNet contributes to the steps of one generation.
 *
 * @param control how it was asked for
 * @param network the network
 * @param picture what it sees, from {@link ControlNet#embed}: {@code [1, C, h, w]}
 */
record ActiveControl(Control control, ControlNet network, Tensor picture) {
    /**
     * What to add in step {@code i} of {@code steps}, if it speaks there.
     *
     * @param latents as the U-Net is given them; the negative half, of the same latents, first where guidance is on
     * @param guided whether guidance is on
     */
    Optional<Residuals> at(int i, int steps, Tensor latents, Tensor time, Conditioning conditioning, boolean guided) {
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

    /** For the positive half alone, with zeros for the negative one. */
    private Residuals guess(Tensor latents, Tensor time, Conditioning conditioning) {
        long half = latents.size(0) / 2;
        return residuals(
                        latents.narrow(0, half, half), time, conditioning.rows(half, half), ResidualScaling.LOGARITHMIC)
                .map(r -> Tensors.cat(0, torch.zeros_like(r), r));
    }
}
