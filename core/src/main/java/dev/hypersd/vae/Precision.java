package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope.Step;

/** Computing in another element type than the caller's. */
final class Precision {
    private Precision() {}

    /** {@code step}, computed in {@code dtype}; the result has the type of the input. */
    static Step of(Dtype dtype, Step step) {
        return x -> chain(x, h -> h.to(dtype.scalarType()), step, h -> h.to(x.scalar_type()));
    }
}
