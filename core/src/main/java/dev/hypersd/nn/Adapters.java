package dev.hypersd.nn;

import java.util.function.Supplier;

/**
 * Changes to the frozen parameters of a network for the duration of a call.
 *
 * <p>One base network serves as teacher (without adapters), student, target and fake score, and serves concurrent
 * requests with different LoRAs: adapters are a property of the call, not of the network. {@link #during} binds them
 * for the current thread and everything called from it.
 */
@FunctionalInterface
public interface Adapters {
    /** No changes: the base network. */
    Adapters NONE = Parameter::unchanged;

    /**
     * Returns the weight to use in place of {@code parameter}. It has the same shape and device, and the type in which
     * the network computes, or any other floating-point type where it is converted at each use ({@link
     * dev.hypersd.tensor.WeightStorage#AS_STORED}). It is owned by the adapters; tensors made for this use belong to
     * the caller's scope.
     */
    Weight apply(Parameter parameter);

    /** Runs {@code call} with these adapters active. */
    default <T> T during(Supplier<T> call) {
        return ScopedValue.where(ActiveAdapters.CURRENT, this).call(call::get);
    }

    /** Returns the adapters that are active in the current call. */
    static Adapters active() {
        return ActiveAdapters.CURRENT.isBound() ? ActiveAdapters.CURRENT.get() : NONE;
    }
}
