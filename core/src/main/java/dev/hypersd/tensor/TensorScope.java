package dev.hypersd.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A region of code that owns every tensor made inside it: at its end they are freed, all but the one that is its result.
 *
 * <p>Native memory is invisible to the garbage collector, so nothing may wait for it. One scope goes around a denoising step or
 * a training step; scopes nest, and the result of an inner one belongs to the outer one. Without an outer scope the result
 * belongs to the caller, who closes it. What must outlive all scopes goes into a {@link TensorArena}.
 *
 * <p>Scopes belong to the thread that opens them. Tensors that a backward pass still needs stay alive inside the engine after
 * their handles here are closed, so a scope may end before {@code backward()}.
 */
public final class TensorScope {
    private TensorScope() {}

    /** Runs {@code body} and frees every tensor made by it except the result. */
    public static Tensor scoped(Supplier<Tensor> body) {
        PointerScope outer = PointerScope.getInnerScope();
        Tensor result;
        try (PointerScope scope = new PointerScope()) {
            result = body.get();
            result.retainReference();
        }
        if (outer != null) {
            outer.attach(result);
            result.releaseReference();
        }
        return result;
    }

    /** Runs {@code body}, whose result holds no tensor of its own, and frees every tensor made by it. */
    public static <T> T released(Supplier<T> body) {
        try (PointerScope scope = new PointerScope()) {
            return body.get();
        }
    }
}
