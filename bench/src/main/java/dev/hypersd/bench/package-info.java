/**
 * Benchmarks. {@link dev.hypersd.bench.NetworkTimes} measures whole networks and images, and the {@code *Benchmark}
 * classes measure single kernels. The commands and their results are in docs/performance.md.
 */
@NullMarked
package dev.hypersd.bench;

import org.jspecify.annotations.NullMarked;
