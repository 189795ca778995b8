/** The embedded model: a Stable Diffusion that is small enough to come with the program. */
@NullMarked
package dev.hypersd.mini;

import org.jspecify.annotations.NullMarked;
