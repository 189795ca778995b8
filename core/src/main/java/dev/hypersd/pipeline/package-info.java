/**
 * Requests in, images out: what an application developer sees.
 *
 * <p>Everything here is data and one loop. No type of the tensor engine appears in a public signature; calls may come from any
 * thread, virtual ones included, and the work is done on the engine's own.
 */
@NullMarked
package dev.hypersd.pipeline;

import org.jspecify.annotations.NullMarked;
