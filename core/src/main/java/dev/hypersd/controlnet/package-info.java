/**
 * ControlNets (Zhang et al., 2023): copies of a U-Net's encoder that see a control picture in addition to the latents.
 * What they compute is added to the features that the U-Net's encoder hands to its decoder. So the drawing, edges,
 * depth map or pose decides where things are, while the prompt decides what they are.
 */
@NullMarked
package dev.hypersd.controlnet;

import org.jspecify.annotations.NullMarked;
