/** A bounded, fair queue of generation jobs, and the single thread that generates their images. */
@NullMarked
package dev.hypersd.serve.queue;

import org.jspecify.annotations.NullMarked;
