/** What a server counts, in the text format of Prometheus. */
@NullMarked
package dev.hypersd.serve.metrics;

import org.jspecify.annotations.NullMarked;
