package dev.hypersd.pipeline;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.ControlNetFile;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.unet.UNetConfig;

/** Refuses requests that a model cannot carry out, whoever asks, by its configuration and by the headers of the files that they name. */
final class Fitness {
    private Fitness() {}

    /**
     * Checks {@code request} against the model with {@code unet}.
     *
     * @throws InvalidRequestException if the U-Net wants what the request has not
     * @throws InvalidFileException if a ControlNet is missing, broken, or for another family of models
     */
    static void require(ImageRequest request, UNetConfig unet) {
        boolean masked = request.original().flatMap(Original::mask).isPresent();
        if (isForInpainting(unet) && !masked) {
            throw new InvalidRequestException(
                    "this model's U-Net takes %d channels: it is made for inpainting, which needs a picture and a mask"
                            .formatted(unet.inChannels()));
        }
        if (!isForInpainting(unet) && unet.inChannels() != unet.outChannels()) {
            throw new InvalidRequestException(
                    "this model's U-Net takes %d channels and the latents have %d: it is made for a task not known here"
                            .formatted(unet.inChannels(), unet.outChannels()));
        }
        request.controls().forEach(control -> ControlNetFile.of(control.network(), unet));
    }

    /** Whether a U-Net sees mask and masked picture beside the latents. */
    static boolean isForInpainting(UNetConfig unet) {
        return unet.inChannels() == 2 * unet.outChannels() + 1;
    }

    /** What the ControlNets of {@code request} take of the memory. */
    static long controlBytes(ImageRequest request, UNetConfig unet, Dtype dtype) {
        return request.controls().stream()
                .map(Control::network)
                .distinct()
                .mapToLong(network -> ControlNetFile.of(network, unet).weightBytes(dtype))
                .sum();
    }
}
