/**
 * CLIP (Radford et al., 2021). Its text tower is the text encoder of Stable Diffusion, with the projection into CLIP's
 * common space where SDXL needs it. With the image tower it measures how well a picture fits a text.
 */
@NullMarked
package dev.hypersd.clip;

import org.jspecify.annotations.NullMarked;
