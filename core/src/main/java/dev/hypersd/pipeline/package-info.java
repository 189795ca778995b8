/**
 * Drawing pictures: requests go in, images come out. This is what an application developer sees.
 *
 * <p>No type of the tensor engine appears in a public signature. Calls may come from any thread, including virtual
 * ones; the work is done on the engine's own thread.
 */
@NullMarked
package dev.hypersd.pipeline;

import org.jspecify.annotations.NullMarked;
