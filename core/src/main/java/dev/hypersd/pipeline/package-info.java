/**
 * Drawing pictures: an application sends requests to a pipeline and gets images.
 *
 * <p>No type of the tensor engine appears in a public signature. Calls may come from any thread, including virtual
 * ones; the work is done on the engine's own thread.
 */
@NullMarked
package dev.hypersd.pipeline;

import org.jspecify.annotations.NullMarked;
