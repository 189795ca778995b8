package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The weight that a layer computes with in place of a parameter: a tensor, and low-rank changes that are still to be
 * made to it.
 *
 * <p>They can be added to it, or computed separately: {@code (W + BA) x = W x + B (A x)}. The first costs the same for
 * one input as for thousands, the second as much less as there are fewer of them, so the layer chooses when it sees its
 * input.
 *
 * @param tensor in the shape of the parameter
 * @param changes on the device of the tensor, and of the type that is computed in
 */
public record Weight(Tensor tensor, List<LowRank> changes) {
    /** A tensor as it is. */
    public Weight(Tensor tensor) {
        this(tensor, List.of());
    }

    /** This, changed once more. */
    public Weight with(LowRank change) {
        return new Weight(
                tensor, Stream.concat(changes.stream(), Stream.of(change)).toList());
    }

    /**
     * Returns the tensor with all changes, differentiable in their factors: itself where there are none, otherwise a
     * new one.
     */
    public Tensor whole() {
        Tensor sum = tensor;
        for (LowRank change : changes) {
            sum = change.addedTo(sum);
        }
        return sum;
    }

    /** Returns the same with the tensor converted. */
    Weight to(Dtype dtype) {
        return new Weight(tensor.to(dtype.scalarType()), changes);
    }

    /**
     * Returns the same, for so many vectors of input or pixels of output: with the changes added where that is less to
     * multiply.
     */
    Weight at(long places) {
        return changes.stream().allMatch(change -> lessBeside(change, places)) ? this : new Weight(whole());
    }

    /**
     * Returns whether there is less to multiply beside. The way back is twice the way there; where the sum needs a
     * gradient, that is as much again as all places times the whole weight.
     */
    private boolean lessBeside(LowRank change, long places) {
        long rank = change.down().size(0);
        long out = tensor.size(0);
        long in = tensor.numel() / out;
        boolean learns = GradMode.is_enabled()
                && (change.down().requires_grad() || change.up().requires_grad());
        long added = rank * out * in;
        long beside = places * rank * (out + in);
        return learns ? 3 * beside < 3 * added + places * out * in : beside < added;
    }
}
