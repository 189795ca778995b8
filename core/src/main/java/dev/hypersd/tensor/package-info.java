/**
 * The one place where the tensor engine's raw signatures are tamed: element types, making and reading tensors, who owns native
 * memory, and the threads that compute. Networks and samplers use the engine's own {@code Tensor} directly.
 */
@NullMarked
package dev.hypersd.tensor;

import org.jspecify.annotations.NullMarked;
