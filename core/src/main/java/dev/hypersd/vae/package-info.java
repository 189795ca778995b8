/**
 * Between pictures and latents: the autoencoders of Stable Diffusion.
 *
 * <p>{@link dev.hypersd.vae.Autoencoder} is what a pipeline sees; {@link dev.hypersd.vae.AutoencoderKl} the one that models come with,
 * {@link dev.hypersd.vae.AutoencoderTiny} a small substitute, and {@link dev.hypersd.image.Tiling} a way to take either through pictures that
 * would not fit into memory whole.
 */
@NullMarked
package dev.hypersd.vae;

import org.jspecify.annotations.NullMarked;
