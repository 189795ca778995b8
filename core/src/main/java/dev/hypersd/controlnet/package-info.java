/**
 * ControlNets (Zhang et al., 2023): copies of a U-Net's encoder that see a control picture in addition to the latents.
 * Their outputs are added to the features that the U-Net's encoder passes to its decoder. So the drawing, edges, depth
 * map or pose determines where things are, while the prompt determines what they are.
 */
@NullMarked
package dev.hypersd.controlnet;

import org.jspecify.annotations.NullMarked;
