/**
 * Reading and writing weights in safetensors files, which are mapped into memory. A file is used only after its whole
 * header has been checked.
 *
 * <p>A {@link dev.hypersd.weights.WeightSource} is a set of named tensors. Its users need not know whether they come
 * from one file, from several, or from a checkpoint with other names and layouts.
 */
@NullMarked
package dev.hypersd.weights;

import org.jspecify.annotations.NullMarked;
