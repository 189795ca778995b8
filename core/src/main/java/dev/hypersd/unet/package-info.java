/**
 * The U-Net of Stable Diffusion (Rombach et al., 2022), which predicts the noise in latents, in the forms of SD 1.x, SD
 * 2.x and SDXL.
 *
 * <p>{@link dev.hypersd.unet.UNet2DConditionModel} consists of an encoder, which halves the resolution of its feature
 * maps several times, and a decoder, which doubles it again and takes, at every layer, the features that the encoder
 * had there. The encoder is a class of its own ({@link dev.hypersd.unet.UNetEncoder}), because ControlNets and
 * discriminators use it too.
 */
@NullMarked
package dev.hypersd.unet;

import org.jspecify.annotations.NullMarked;
