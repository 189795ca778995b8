/** Metrics: what is measured of pictures, as functions of what the judges say of them. */
@NullMarked
package dev.hypersd.metric;

import org.jspecify.annotations.NullMarked;
