/** Data sets: samples by number, in an order that a seed decides, and the folders and tar files that hold them. */
@NullMarked
package dev.hypersd.data;

import org.jspecify.annotations.NullMarked;
