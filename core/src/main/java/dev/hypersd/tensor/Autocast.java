package dev.hypersd.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Mixed precision on the CPU: matrix products and convolutions convert their inputs to a shorter type, everything else
 * computes in what it is given. It belongs to the calling thread.
 */
public final class Autocast {
    private Autocast() {}

    /**
     * Runs {@code work} with products in {@code dtype}.
     *
     * <p>Converted weights are not kept between uses: a pass without gradients would leave converted weights behind
     * that a pass with gradients cannot learn through.
     */
    public static <T> T during(Dtype dtype, Supplier<T> work) {
        torch.set_autocast_cache_enabled(false);
        torch.set_autocast_dtype(DeviceType.CPU, dtype.scalarType());
        return switched(true, work);
    }

    /** Runs {@code work} as if there were no mixed precision. */
    public static <T> T without(Supplier<T> work) {
        return switched(false, work);
    }

    /** Returns whether products on the CPU are being converted. */
    public static boolean active() {
        return torch.is_autocast_enabled(DeviceType.CPU);
    }

    /** Runs {@code work} with mixed precision on, in the type that was used last, or off. */
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
