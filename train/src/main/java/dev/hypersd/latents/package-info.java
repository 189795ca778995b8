/** Pictures and captions prepared once for many epochs: latents and token ids on disk. */
@NullMarked
package dev.hypersd.latents;

import org.jspecify.annotations.NullMarked;
