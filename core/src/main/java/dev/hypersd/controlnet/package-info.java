/**
 * ControlNets (Zhang et al., 2023): copies of a U-Net's encoder that see a picture beside the latents and add to what the encoder hands to the
 * decoder, so that drawings, edges, depths and poses say where things are while the prompt says what they are.
 */
@NullMarked
package dev.hypersd.controlnet;

import org.jspecify.annotations.NullMarked;
