/**
 * The autoencoders of Stable Diffusion, which encode pictures to latents and decode latents to pictures.
 *
 * <p>{@link dev.hypersd.vae.Autoencoder} is the interface for pipelines. {@link dev.hypersd.vae.AutoencoderKl} is the
 * kind that models come with, and {@link dev.hypersd.vae.AutoencoderTiny} is a small substitute. {@link
 * dev.hypersd.image.Tiling} describes how either processes pictures in tiles that would not fit into memory whole.
 */
@NullMarked
package dev.hypersd.vae;

import org.jspecify.annotations.NullMarked;
