/**
 * Models on disk and in memory: the parts of a model directory, their configurations, and the networks loaded from
 * them.
 *
 * <p>Nothing is downloaded: a file that is not in the directory is missing.
 */
@NullMarked
package dev.hypersd.model;

import org.jspecify.annotations.NullMarked;
