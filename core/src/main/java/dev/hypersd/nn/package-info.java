/**
 * The layers that diffusion networks are built from, as thin classes over functional operations of the engine.
 *
 * <p>A layer is constructed from {@link dev.hypersd.nn.Parameters}: it declares the names and shapes that it needs, and gets
 * tensors that are certain to fit. The same declaration serves loading a file, random initialisation, and asking what a network
 * would need without having it.
 */
@NullMarked
package dev.hypersd.nn;

import org.jspecify.annotations.NullMarked;
