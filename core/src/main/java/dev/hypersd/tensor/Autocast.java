package dev.hypersd.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Mixed precision on the CPU: matrix products and convolutions convert their inputs to a shorter type, all other
 * operations compute in the type of their inputs. It applies to the calling thread.
 */
public final class Autocast {
    private Autocast() {}

    /**
     * Runs {@code work} with products in {@code dtype}.
     *
     * <p>Converted weights are not cached: a pass without gradients would leave converted weights through which a later
     * pass could not propagate gradients.
     */
    public static <T> T during(Dtype dtype, Supplier<T> work) {
        torch.set_autocast_cache_enabled(false);
        torch.set_autocast_dtype(DeviceType.CPU, dtype.scalarType());
        return switched(true, work);
    }

    /** Runs {@code work} without mixed precision. */
    public static <T> T without(Supplier<T> work) {
        return switched(false, work);
    }

    /** Returns whether products on the CPU are converted. */
    public static boolean active() {
        return torch.is_autocast_enabled(DeviceType.CPU);
    }

    /** Runs {@code work} with mixed precision switched on, in the type that was used last, or off. */
    public static <T> T switched(boolean on, Supplier<T> work) {
        boolean before = active();
        torch.set_autocast_enabled(DeviceType.CPU, on);
        try {
            return work.get();
        } finally {
            torch.set_autocast_enabled(DeviceType.CPU, before);
        }
    }
}
