package dev.hypersd.vae;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Tiling;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Turns pictures into the latents that a U-Net works on, and latents into pictures. It computes in the type of its weights; results have
 * the type of the input. Stateless, so safe to share; adapters that are active in the call apply.
 */
public sealed interface Autoencoder permits AutoencoderKl, AutoencoderTiny {
    /** How many pixels a latent is wide and high: 8 in every published model. */
    int scaleFactor();

    /** Channels of the latents. */
    int latentChannels();

    /**
     * The pictures that latents stand for.
     *
     * @param latents of unit variance, as samplers leave them, {@code [B, C, h, w]}
     * @return {@code [B, 3, h * scaleFactor, w * scaleFactor]}, about -1..1
     * @throws InvalidRequestException if the shape is another
     */
    Tensor decode(Tensor latents);

    /**
     * The latents of pictures.
     *
     * @param images -1..1, {@code [B, 3, H, W]}, height and width multiples of {@link #scaleFactor}
     * @param noise standard normal of the shape of the result, asked for only where the encoding is a distribution to draw from
     * @return of about unit variance, {@code [B, C, H / scaleFactor, W / scaleFactor]}
     * @throws InvalidRequestException if the shape is another
     */
    Tensor encode(Tensor images, Supplier<Tensor> noise);

    /** The same autoencoder, working in tiles. */
    Autoencoder tiled(Tiling tiling);
}
