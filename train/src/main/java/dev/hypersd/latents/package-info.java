/** Pictures and captions prepared once for many epochs: latents, token ids and embeddings on disk. */
@NullMarked
package dev.hypersd.latents;

import org.jspecify.annotations.NullMarked;
