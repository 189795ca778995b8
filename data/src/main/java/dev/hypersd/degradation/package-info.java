/**
 * Degraded pictures and wrong captions, from which judges learn which of two pictures, or of two captions, is better.
 */
@NullMarked
package dev.hypersd.degradation;

import org.jspecify.annotations.NullMarked;
