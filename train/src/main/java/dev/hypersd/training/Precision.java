package dev.hypersd.training;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import java.util.function.Supplier;

/** What networks compute in while they learn. Weights, gradients and their averages are F32 in any case. */
public enum Precision {
    F32 {
        @Override
        <T> T during(Supplier<T> work) {
            return work.get();
        }
    },
    /** Matrix products and convolutions in BF16, the rest in F32: about twice as fast where the processor multiplies BF16. */
    MIXED {
        @Override
        <T> T during(Supplier<T> work) {
            return Autocast.during(Dtype.BF16, work);
        }
    };

    abstract <T> T during(Supplier<T> work);
}
