/**
 * The training objectives: each is a function from a batch to losses, for one kind of network. The training loop is in
 * {@link dev.hypersd.training.Trainer}.
 */
@NullMarked
package dev.hypersd.objective;

import org.jspecify.annotations.NullMarked;
