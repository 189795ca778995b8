package dev.hypersd.distillation;

import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;

/** Where gradients stop. */
final class Gradients {
    private Gradients() {}

    /** Computes what is not differentiated. */
    static <T> T off(Supplier<T> body) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return body.get();
        }
    }
}
