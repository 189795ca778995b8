/**
 * The two operations that decide how fast a picture appears: convolution and attention. Each has one entry, so that a faster
 * way can be chosen per shape and device without any network knowing.
 */
@NullMarked
package dev.hypersd.kernel;

import org.jspecify.annotations.NullMarked;
