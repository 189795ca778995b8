package dev.hypersd.vae;

/** The sizes and options that every {@link Autoencoder} has. */
public sealed interface AutoencoderConfig permits AutoencoderKlConfig, AutoencoderTinyConfig {
    /** Returns the channels of the pictures, 3. */
    int imageChannels();

    /** Returns the channels of the latents, 4 in Stable Diffusion. */
    int latentChannels();

    /** Returns the number of pixels per latent in each direction: 8 in every published model. */
    int scaleFactor();

    /** Returns the scaling of raw latents to unit variance. */
    LatentScaling scaling();

    /** Returns the largest number of channels of the decoder's feature maps at the full size of the picture. */
    int fullSizeChannels();
}
