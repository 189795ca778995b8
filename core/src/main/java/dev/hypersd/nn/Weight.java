package dev.hypersd.nn;

import dev.hypersd.kernel.PackedWeight;
import dev.hypersd.tensor.Dtype;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The weight that a layer computes with in place of a parameter: a tensor, low-rank changes that are not yet applied to
 * it, and factors of its rows, by which the sum is multiplied last.
 *
 * <p>They can be added to it, or computed separately: {@code (W + BA) x = W x + B (A x)}. The cost of the first does
 * not depend on the number of input vectors, that of the second is proportional to it, so the layer chooses when it
 * sees its input.
 *
 * @param tensor the tensor, in the shape of the parameter
 * @param changes the changes, on the device of the tensor and in the type that is computed in
 * @param rows the factor of each row, {@code [out]}; empty for 1
 * @param packed the tensor, packed; empty where the engine multiplies it
 */
public record Weight(Tensor tensor, List<LowRank> changes, Optional<Tensor> rows, Optional<PackedWeight> packed) {
    /** Creates a weight without changes. */
    public Weight(Tensor tensor) {
        this(tensor, List.of(), Optional.empty(), Optional.empty());
    }

    /** Returns this weight with one more change. */
    public Weight with(LowRank change) {
        return rows.isPresent()
                ? new Weight(whole()).with(change)
                : new Weight(
                        tensor,
                        Stream.concat(changes.stream(), Stream.of(change)).toList(),
                        rows,
                        packed);
    }

    /**
     * Returns this weight with each row multiplied by a factor. Layers multiply their outputs instead, so the product
     * takes no memory in training.
     *
     * @param factors {@code [out]}
     */
    public Weight scaled(Tensor factors) {
        return new Weight(
                tensor,
                changes,
                Optional.of(rows.map(before -> before.mul(factors)).orElse(factors)),
                packed);
    }

    /**
     * Returns the tensor with all changes, differentiable in their factors and in those of rows: the tensor itself if
     * there are none, otherwise a new one.
     */
    public Tensor whole() {
        Tensor sum = sum();
        return rows.map(factors -> sum.mul(along(factors, 0, (int) sum.dim()))).orElse(sum);
    }

    private Tensor sum() {
        Tensor sum = tensor;
        for (LowRank change : changes) {
            sum = change.addedTo(sum);
        }
        return sum;
    }

    /** Returns this weight for the engine to multiply. */
    Weight unpacked() {
        return packed.isEmpty() ? this : new Weight(tensor, changes, rows, Optional.empty());
    }

    /** Returns this weight with what the engine multiplies converted: a packed weight stays as it is. */
    public Weight to(Dtype dtype) {
        return new Weight(
                packed.isPresent() ? tensor : tensor.to(dtype.scalarType()),
                changes.stream().map(change -> change.to(dtype)).toList(),
                rows,
                packed);
    }

    /**
     * Multiplies an output of the layer by the factors of rows, if there are any, and adds the bias.
     *
     * @param output without bias if there are factors
     * @param channel the dimension of the output's channels
     * @param bias {@code [out]}, if the layer has one
     */
    Tensor scaled(Tensor output, int channel, Optional<Tensor> bias) {
        return rows.map(factors -> {
                    Tensor scaled = output.mul(along(factors, channel, (int) output.dim()));
                    return bias.map(shift -> scaled.add(along(shift, channel, (int) output.dim())))
                            .orElse(scaled)
                            .to(output.scalar_type());
                })
                .orElse(output);
    }

    /** Returns a vector as a tensor of {@code dimensions} dimensions, all of size 1 but one. */
    private static Tensor along(Tensor vector, int dimension, int dimensions) {
        long[] shape = new long[dimensions];
        Arrays.fill(shape, 1);
        shape[dimension] = -1;
        return vector.view(shape);
    }

    /**
     * Returns the weight to use for {@code places} vectors of input or pixels of output: this one, or one with the
     * changes added where that takes fewer multiplications. A packed weight stays as it is.
     */
    Weight at(long places) {
        return packed.isPresent() || changes.stream().allMatch(change -> lessBeside(change, places))
                ? this
                : new Weight(sum(), List.of(), rows, Optional.empty());
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
