/**
 * The two operations that decide how fast a picture is drawn: convolution and attention. Each has one entry point, so
 * that the fastest implementation for a shape and a device can be chosen without any network knowing of it.
 */
@NullMarked
package dev.hypersd.kernel;

import org.jspecify.annotations.NullMarked;
