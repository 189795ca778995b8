/**
 * Weights as they lie in files: safetensors, mapped instead of read, believed only after every byte of the header was checked.
 *
 * <p>A {@link dev.hypersd.weights.WeightSource} is a set of named tensors; whether they come from one file, from shards, or
 * from a checkpoint with other names and layouts is its own affair.
 */
@NullMarked
package dev.hypersd.weights;

import org.jspecify.annotations.NullMarked;
