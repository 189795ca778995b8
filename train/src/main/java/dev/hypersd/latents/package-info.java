/** Latents, token ids and caption embeddings, computed once and kept on disk for many epochs. */
@NullMarked
package dev.hypersd.latents;

import org.jspecify.annotations.NullMarked;
