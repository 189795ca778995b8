package dev.hypersd.nn;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * Gradient checkpointing (Chen et al., 2016, section 4): one forward and backward pass that keeps only the inputs of
 * the networks' segments, and computes each segment again for the backward pass. It takes far less memory for a second
 * forward pass.
 *
 * <p>Networks mark their segments with {@link #segment}, which has no effect outside of {@link #record}. A recorded
 * segment runs with gradients, and so by the same kernels as without checkpointing; then its history is dropped, and
 * its output becomes a leaf. {@link #backward} begins after the last segment and processes the segments from last to
 * first: each runs again, with the adapters and the precision that it ran with, and propagates the gradient that its
 * output has accumulated. So gradients equal those of an ordinary backward pass, except that sums may be rounded
 * otherwise where a tensor is the input of several segments.
 *
 * <p>An instance is for one pass, on the thread that makes it. Closing it frees what a failed pass has left.
 */
public final class GradientCheckpointing implements AutoCloseable {
    private static final ScopedValue<GradientCheckpointing> CURRENT = ScopedValue.newInstance();

    private final TensorArena arena = new TensorArena();
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private final Map<Long, Tensor> cuts = new HashMap<>();

    /**
     * A part of a network that can be run again: it returns the same result for the same inputs, and does not change
     * them.
     */
    @FunctionalInterface
    public interface Segment {
        Tensor of(Tensor... inputs);
    }

    /**
     * A recorded segment, in the order of the backward pass.
     *
     * @param end computes the segment with its history
     * @param output the output without history, where the gradient arrives
     * @param arena the owner of all tensors kept for it
     */
    private record Piece(Supplier<Tensor> end, Tensor output, TensorArena arena) {
        void backward() {
            TensorScope.released(() -> {
                Tensor gradient = output.grad();
                boolean used = gradient.defined();
                if (used) {
                    // Other pieces may have parts of the history too, such as what weights are made of; it goes with
                    // its last tensor.
                    end.get().backward(gradient, new BoolOptional(true), false, new TensorArrayRefOptional());
                }
                return used;
            });
            arena.close();
        }
    }

    /**
     * Runs a segment.
     *
     * @param inputs all tensors that it computes with, except its parameters
     */
    public static Tensor segment(Segment segment, Tensor... inputs) {
        return CURRENT.isBound() && GradMode.is_enabled() ? CURRENT.get().run(segment, inputs) : segment.of(inputs);
    }

    /**
     * Returns the gradient of a function at {@code x}, which may be recorded within the pass that is in progress or
     * without one. Nothing else gets a gradient, if the function depends on no trained tensors.
     *
     * @param x a leaf that requires a gradient and has none yet
     * @param function computes a scalar from {@code x}, which is also returned
     */
    public static Value gradient(Tensor x, Supplier<Tensor> function) {
        try (GradientCheckpointing pass = new GradientCheckpointing()) {
            Tensor value = CURRENT.isBound() ? pass.record(function) : function.get();
            pass.backward(value);
            return new Value(value.detach(), x.grad());
        }
    }

    /**
     * A value of a function, with its gradient.
     *
     * @param value a scalar without history
     * @param gradient of the shape of the function's argument
     */
    public record Value(Tensor value, Tensor gradient) {}

    /** Runs {@code forward} and records its segments. */
    public <T> T record(Supplier<T> forward) {
        return ScopedValue.where(CURRENT, this).call(forward::get);
    }

    /**
     * Computes the gradients of {@code loss}, as its own backward pass would, and forgets what was recorded.
     *
     * @param loss a scalar
     */
    public void backward(Tensor loss) {
        // The loss may reach a history that pieces reach too, so all of it stays until they are done.
        loss.backward(new Tensor(), new BoolOptional(true), false, new TensorArrayRefOptional());
        cuts.clear();
        while (!pieces.isEmpty()) {
            pieces.removeLast().backward();
        }
    }

    private Tensor run(Segment segment, Tensor... inputs) {
        TensorArena kept = arena.own(new TensorArena());
        Tensor[] begins = Stream.of(inputs)
                .map(input -> kept.own(new Tensor(beginning(input))))
                .toArray(Tensor[]::new);
        Tensor output = scoped(() -> {
            Tensor result = segment.of(begins);
            return withoutHistory(result, result.requires_grad());
        });
        if (output.requires_grad()) {
            Adapters adapters = Adapters.active();
            boolean mixed = Autocast.active();
            pieces.add(new Piece(
                    () -> adapters.during(() -> Autocast.switched(mixed, () -> segment.of(begins))),
                    kept.own(new Tensor(output)),
                    kept));
        } else {
            kept.close();
        }
        return output;
    }

    /**
     * Returns {@code x} as a leaf where gradients end: {@code x} itself if it has no history, otherwise the tensor that
     * stands for it in all segments.
     */
    private Tensor beginning(Tensor x) {
        return x.is_leaf()
                ? x
                : cuts.computeIfAbsent(x.unsafeGetTensorImpl().address(), address -> {
                    TensorArena kept = arena.own(new TensorArena());
                    Tensor source = kept.own(new Tensor(x));
                    Tensor cut = kept.own(withoutHistory(x, true));
                    pieces.add(new Piece(() -> source, cut, kept));
                    return cut;
                });
    }

    private static Tensor withoutHistory(Tensor x, boolean learns) {
        Tensor leaf = x.detach();
        leaf.set_requires_grad(learns);
        return leaf;
    }

    @Override
    public void close() {
        arena.close();
    }
}
