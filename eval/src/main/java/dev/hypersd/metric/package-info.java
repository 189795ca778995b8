/** Metrics: measures of sets of pictures, computed from the results of judges. */
@NullMarked
package dev.hypersd.metric;

import org.jspecify.annotations.NullMarked;
