/** Data sets: samples by number, in an order that a seed decides. */
@NullMarked
package dev.hypersd.data;

import org.jspecify.annotations.NullMarked;
