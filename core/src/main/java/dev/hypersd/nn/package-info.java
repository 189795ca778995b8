/**
 * The layers of diffusion networks, as thin classes over functional operations of the engine.
 *
 * <p>A layer is constructed from {@link dev.hypersd.nn.Parameters}: it declares the names and shapes that it needs, and
 * gets tensors that are guaranteed to fit. The same declaration serves for loading a file, for random initialisation,
 * and for listing the parameters of a network that is not loaded.
 */
@NullMarked
package dev.hypersd.nn;

import org.jspecify.annotations.NullMarked;
