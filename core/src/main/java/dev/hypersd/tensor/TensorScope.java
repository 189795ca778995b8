package dev.hypersd.tensor;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A region of code that owns every tensor made in it: at its end they are freed, except its result.
 *
 * <p>Native memory is invisible to the garbage collector, so it must be freed explicitly. One scope surrounds a
 * denoising step or a training step. Scopes nest, and the result of an inner one belongs to the outer one. Without an
 * outer scope the result belongs to the caller, who closes it. Tensors that outlive all scopes belong to a {@link
 * TensorArena}.
 *
 * <p>Scopes belong to the thread that opens them. Tensors that a backward pass still needs stay alive in the engine
 * after their handles here are closed, so a scope may end before {@code backward()}.
 */
public final class TensorScope {
    private TensorScope() {}

    /** Runs {@code body} and frees every tensor that it made, except the result. */
    public static Tensor scoped(Supplier<Tensor> body) {
        PointerScope outer = PointerScope.getInnerScope();
        Tensor result;
        try (PointerScope scope = new PointerScope()) {
            result = body.get();
            result.retainReference();
        }
        hand(result, outer);
        return result;
    }

    /**
     * Runs {@code body} and frees every tensor that it made, except those that its result contains.
     *
     * @param parts returns the tensors of a result
     */
    public static <T> T keeping(Supplier<T> body, Function<T, List<Tensor>> parts) {
        PointerScope outer = PointerScope.getInnerScope();
        T result;
        try (PointerScope scope = new PointerScope()) {
            result = body.get();
            parts.apply(result).forEach(Tensor::retainReference);
        }
        parts.apply(result).forEach(part -> hand(part, outer));
        return result;
    }

    private static void hand(Tensor result, @Nullable PointerScope outer) {
        if (outer != null) {
            outer.attach(result);
            result.releaseReference();
        }
    }

    /**
     * Applies one step after another to {@code x}, each in a scope of its own. The output of a step is freed as soon as
     * the next step has used it, so a long chain never holds more than two intermediate tensors. {@code x} itself is
     * not freed. Before each step the work may be ended ({@link Cancellation}).
     */
    @SuppressWarnings("ReferenceEquality") // who owns a tensor is a matter of identity
    public static Tensor chain(Tensor x, Step... steps) {
        PointerScope outer = PointerScope.getInnerScope();
        Tensor current = x;
        for (Step step : steps) {
            Cancellation.check();
            Tensor input = current;
            try (PointerScope scope = new PointerScope()) {
                current = step.apply(input);
                if (current == input) { // Changed in place: it has its owner.
                    continue;
                }
                current.retainReference();
            }
            hand(current, outer);
            if (input != x) {
                input.close();
            }
        }
        return current;
    }

    /** Applies a list of steps as {@link #chain(Tensor, Step...)} does. */
    public static Tensor chain(Tensor x, List<Step> steps) {
        return chain(x, steps.toArray(Step[]::new));
    }

    /** One step of a {@link #chain}: makes a new tensor, or changes its input in place and returns it. */
    @FunctionalInterface
    public interface Step {
        Tensor apply(Tensor x);
    }

    /** Runs {@code body}, whose result contains no tensor, and frees every tensor that it made. */
    public static <T> T released(Supplier<T> body) {
        try (PointerScope scope = new PointerScope()) {
            return body.get();
        }
    }
}
