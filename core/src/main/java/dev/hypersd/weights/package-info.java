/**
 * Reading and writing weights in safetensors files, which are mapped into memory instead of read. A file is trusted
 * only after every byte of its header has been checked.
 *
 * <p>A {@link dev.hypersd.weights.WeightSource} is a set of named tensors. Its users need not know whether they come
 * from one file, from shards, or from a checkpoint with other names and layouts.
 */
@NullMarked
package dev.hypersd.weights;

import org.jspecify.annotations.NullMarked;
