package dev.hypersd.training;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.util.function.Supplier;

/** What networks compute in while they learn. Weights, gradients and their averages are F32 in any case. */
public enum Precision {
    F32 {
        @Override
        <T> T during(Supplier<T> work) {
            return work.get();
        }
    },
    /**
     * Matrix products and convolutions in BF16, the rest in F32: about twice as fast where the processor multiplies
     * BF16. Elsewhere it would take several times as long, and is the same as {@link #F32}.
     */
    MIXED {
        @Override
        <T> T during(Supplier<T> work) {
            return Engine.fastestDtype() == Dtype.BF16 ? Autocast.during(Dtype.BF16, work) : work.get();
        }
    };

    abstract <T> T during(Supplier<T> work);
}
