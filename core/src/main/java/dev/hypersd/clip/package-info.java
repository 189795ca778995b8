/**
 * The text encoders of Stable Diffusion: the text tower of CLIP (Radford et al., 2021), with the projection into CLIP's common space
 * where SDXL needs it.
 */
@NullMarked
package dev.hypersd.clip;

import org.jspecify.annotations.NullMarked;
