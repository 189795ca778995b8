/** The metrics of a server, in the text format of Prometheus. */
@NullMarked
package dev.hypersd.serve.metrics;

import org.jspecify.annotations.NullMarked;
