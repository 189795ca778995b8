/** What can be trained. Each objective is a function from a batch to losses; the training loop does the rest. */
@NullMarked
package dev.hypersd.objective;

import org.jspecify.annotations.NullMarked;
