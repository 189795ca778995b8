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
 * One pass through networks, forward and backward, that keeps only what goes into their segments and computes what is
 * inside again for the backward pass (Chen et al., 2016, section 4): far less memory for a second forward pass.
 *
 * <p>Networks say what their segments are with {@link #segment}, which outside of {@link #record} changes nothing. A
 * recorded segment runs with gradients, so by the same kernels as ever; then its history is dropped, and its output is
 * where gradients end. {@link #backward} begins behind the last segment and goes through them from last to first: each
 * runs again, with the adapters and the precision it ran with, and passes on the gradient that its output has gathered
 * from all who used it. So gradients are those of an ordinary backward pass; only where a tensor goes into several
 * segments may sums be rounded otherwise.
 *
 * <p>It is for one pass and belongs to the thread that makes it. Closing it frees what a failed pass has left.
 */
public final class GradientCheckpointing implements AutoCloseable {
    private static final ScopedValue<GradientCheckpointing> CURRENT = ScopedValue.newInstance();

    private final TensorArena arena = new TensorArena();
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private final Map<Long, Tensor> cuts = new HashMap<>();

    /** A part of a network that can be run again: it gives the same for the same inputs and leaves them as they are. */
    @FunctionalInterface
    public interface Segment {
        Tensor of(Tensor... inputs);
    }

    /**
     * A piece of the way back.
     *
     * @param end computes the piece with its history
     * @param output the same without, where the gradient arrives
     * @param arena the owner of all that is kept for this
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
     * @param inputs everything that it computes with besides its parameters
     */
    public static Tensor segment(Segment segment, Tensor... inputs) {
        return CURRENT.isBound() && GradMode.is_enabled() ? CURRENT.get().run(segment, inputs) : segment.of(inputs);
    }

    /** Runs {@code forward}, whose segments are recorded. */
    public <T> T record(Supplier<T> forward) {
        return ScopedValue.where(CURRENT, this).call(forward::get);
    }

    /**
     * Computes the gradients of {@code loss}, like its own backward pass, and forgets what was recorded.
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
     * {@code x} where gradients end: itself where it has no history, otherwise what all segments are given in its
     * place.
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
