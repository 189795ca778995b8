/** What can be trained: each objective is a function from a batch to losses, and little else. */
@NullMarked
package dev.hypersd.objective;

import org.jspecify.annotations.NullMarked;
