/**
 * Matrix products, convolution and attention, the operations that determine how fast a picture is drawn. Each has one
 * entry point, so that the fastest implementation for a shape and a device is chosen without the networks knowing.
 */
@NullMarked
package dev.hypersd.kernel;

import org.jspecify.annotations.NullMarked;
