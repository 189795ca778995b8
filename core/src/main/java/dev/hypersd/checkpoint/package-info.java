/**
 * Checkpoints in one file, and the older spellings of the networks' parameters, presented under the names that the networks use.
 *
 * <p>Everything here is a view: names are translated when a file is opened, layouts when a tensor is loaded.
 */
@NullMarked
package dev.hypersd.checkpoint;

import org.jspecify.annotations.NullMarked;
