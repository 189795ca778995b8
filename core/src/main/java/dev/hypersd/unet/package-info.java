/**
 * The network that predicts the noise in latents: the U-Net of Stable Diffusion (Rombach et al., 2022) in the forms of SD 1.x, SD 2.x
 * and SDXL.
 *
 * <p>{@link dev.hypersd.unet.UNet2DConditionModel} is an encoder that halves the size of its feature maps level by level, and a decoder
 * that doubles it again and takes in, at every layer, what the encoder had there. The encoder is a class of its own
 * ({@link dev.hypersd.unet.UNetEncoder}), because other networks consist of it.
 */
@NullMarked
package dev.hypersd.unet;

import org.jspecify.annotations.NullMarked;
