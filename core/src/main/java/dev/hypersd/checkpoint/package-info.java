/**
 * Single-file checkpoints, presented as the parts of a model directory.
 *
 * <p>All classes are views: names are translated when a file is opened, and layouts when a tensor is loaded.
 */
@NullMarked
package dev.hypersd.checkpoint;

import org.jspecify.annotations.NullMarked;
