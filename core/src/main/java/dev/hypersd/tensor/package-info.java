/**
 * Everything that hides the raw signatures of the tensor engine: element types, making and reading tensors, the owners
 * of native memory, and the threads that compute. Networks and samplers use the engine's own {@code Tensor} directly.
 */
@NullMarked
package dev.hypersd.tensor;

import org.jspecify.annotations.NullMarked;
