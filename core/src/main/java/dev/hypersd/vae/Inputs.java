package dev.hypersd.vae;

import static dev.hypersd.tensor.Shapes.ANY;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Shapes;
import org.bytedeco.pytorch.Tensor;

/** What autoencoders check before the engine sees it. */
final class Inputs {
    private Inputs() {}

    static void requireImages(Tensor images, int channels, int scaleFactor) {
        Shapes.require("the images", images, ANY, channels, ANY, ANY);
        if (images.size(2) % scaleFactor != 0 || images.size(3) % scaleFactor != 0) {
            throw new InvalidRequestException(
                    "images of %d x %d pixels cannot be encoded: width and height must be multiples of %d"
                            .formatted(images.size(3), images.size(2), scaleFactor));
        }
    }

    static void requireLatents(Tensor latents, int channels) {
        Shapes.require("the latents", latents, ANY, channels, ANY, ANY);
    }
}
