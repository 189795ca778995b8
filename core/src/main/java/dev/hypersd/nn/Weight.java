package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The weight that a layer computes with in place of a parameter: a tensor, and low-rank changes that are not yet
 * applied to it.
 *
 * <p>They can be added to it, or computed separately: {@code (W + BA) x = W x + B (A x)}. The cost of the first does
 * not depend on the number of input vectors, that of the second is proportional to it, so the layer chooses when it
 * sees its input.
 *
 * @param tensor the tensor, in the shape of the parameter
 * @param changes the changes, on the device of the tensor and in the type that is computed in
 */
public record Weight(Tensor tensor, List<LowRank> changes) {
    /** Creates a weight without changes. */
    public Weight(Tensor tensor) {
        this(tensor, List.of());
    }

    /** Returns this weight with one more change. */
    public Weight with(LowRank change) {
        return new Weight(
                tensor, Stream.concat(changes.stream(), Stream.of(change)).toList());
    }

    /**
     * Returns the tensor with all changes, differentiable in their factors: the tensor itself if there are none,
     * otherwise a new one.
     */
    public Tensor whole() {
        Tensor sum = tensor;
        for (LowRank change : changes) {
            sum = change.addedTo(sum);
        }
        return sum;
    }

    /** Returns this weight with its tensor converted. */
    Weight to(Dtype dtype) {
        return new Weight(tensor.to(dtype.scalarType()), changes);
    }

    /**
     * Returns the weight to use for {@code places} vectors of input or pixels of output: this one, or one with the
     * changes added where that takes fewer multiplications.
     */
    Weight at(long places) {
        return changes.stream().allMatch(change -> lessBeside(change, places)) ? this : new Weight(whole());
    }

    /**
     * Returns whether a change takes fewer multiplications when it is computed separately. The backward pass takes
     * twice as many as the forward pass; where the sum needs a gradient, that takes as many again as all places times
     * the whole weight.
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
