/**
 * Measurements: {@link dev.hypersd.bench.NetworkTimes} times whole networks and images, the {@code *Benchmark} classes single kernels. The commands
 * and what they said are in docs/performance.md.
 */
@NullMarked
package dev.hypersd.bench;

import org.jspecify.annotations.NullMarked;
