/** Makes pictures and captions worse on purpose, so that judges can learn from pairs which of two is the better one. */
@NullMarked
package dev.hypersd.degradation;

import org.jspecify.annotations.NullMarked;
