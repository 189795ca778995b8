package dev.hypersd.training;

import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;

/** Computes without gradients. */
public final class Gradients {
    private Gradients() {}

    /** Runs {@code body} without recording it for a backward pass. */
    public static <T> T off(Supplier<T> body) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return body.get();
        }
    }
}
