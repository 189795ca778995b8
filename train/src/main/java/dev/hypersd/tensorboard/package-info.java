/** Writes event files for TensorBoard. */
@NullMarked
package dev.hypersd.tensorboard;

import org.jspecify.annotations.NullMarked;
