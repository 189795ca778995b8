/**
 * The tensor engine behind typed methods: element types, making and reading tensors, the owners of native memory, and
 * the thread that computes. Networks and samplers use the engine's own {@code Tensor} directly.
 */
@NullMarked
package dev.hypersd.tensor;

import org.jspecify.annotations.NullMarked;
