package dev.hypersd.tensor;

import java.util.function.Supplier;

/**
 * Lets work on the engine end before it is done. A single operation cannot be interrupted, but every network is a
 * {@link TensorScope#chain} of many, and between two of them it is asked whether the result is still wanted. So it is
 * between two tensors that are loaded, or changed by LoRAs.
 */
public final class Cancellation {
    private static final ScopedValue<Runnable> CHECK = ScopedValue.newInstance();

    private Cancellation() {}

    /**
     * Runs {@code work}, which may end early.
     *
     * @param check called on this thread some hundred times in a pass through a network, so it must be quick; it throws
     *     what ends the work
     */
    public static <T> T during(Runnable check, Supplier<T> work) {
        return ScopedValue.where(CHECK, check).call(work::get);
    }

    /** Ends the present work, if it is not wanted any more. */
    public static void check() {
        if (CHECK.isBound()) {
            CHECK.get().run();
        }
    }
}
