/**
 * CLIP (Radford et al., 2021): its text tower is the text encoder of Stable Diffusion, with the projection into CLIP's common space
 * where SDXL needs it; with the image tower it tells how well a picture fits a text.
 */
@NullMarked
package dev.hypersd.clip;

import org.jspecify.annotations.NullMarked;
