package dev.hypersd.nn;

import java.util.function.Supplier;

/**
 * Changes to the frozen parameters of a network for the duration of a call.
 *
 * <p>One base network serves as teacher (no adapter), student, target and fake score, and serves concurrent requests
 * with different LoRAs: which adapters apply is a property of the call, not of the network. {@link #during} binds them
 * for the current thread and everything called from it.
 */
@FunctionalInterface
public interface Adapters {
    /** The base network as it is. */
    Adapters NONE = parameter -> new Weight(parameter.base());

    /**
     * Returns the weight to use in place of {@code parameter}: of the same shape and device, and the type that it is
     * computed in, or any other floating-point type where it is converted at each use ({@link
     * WeightStorage#AS_STORED}). It is owned by the adapters, and what is made for this use by the caller's scope.
     */
    Weight apply(Parameter parameter);

    /** Runs {@code call} with these adapters switched on. */
    default <T> T during(Supplier<T> call) {
        return ScopedValue.where(ActiveAdapters.CURRENT, this).call(call::get);
    }

    /** Returns the adapters that are switched on in the current call. */
    static Adapters active() {
        return ActiveAdapters.CURRENT.isBound() ? ActiveAdapters.CURRENT.get() : NONE;
    }
}
