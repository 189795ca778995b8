package dev.hypersd.training;

import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;

/** What is computed without gradients. */
public final class Gradients {
    private Gradients() {}

    /** Computes {@code body} without recording it for a backward pass. */
    public static <T> T off(Supplier<T> body) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return body.get();
        }
    }
}
