/**
 * Data sets, which are functions from a number to a sample, the order in which a seed arranges the samples, and the
 * folders and tar files that contain them.
 */
@NullMarked
package dev.hypersd.data;

import org.jspecify.annotations.NullMarked;
