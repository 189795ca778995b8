package dev.hypersd.nn;

import dev.hypersd.kernel.Form;
import dev.hypersd.kernel.PackedWeight;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** A source of a network's parameters: a file, a random generator, or shapes only. */
@FunctionalInterface
public interface ParameterSource {
    /** Parameters without values, which take no memory: they show the names and shapes of a network. */
    ParameterSource SHAPES_ONLY = (name, init, shape) -> Tensors.meta(Dtype.F32, shape);

    /**
     * Returns the tensor for one parameter.
     *
     * @param name the full dotted name
     * @param init the initialisation of a parameter that is not stored
     * @param shape the shape that the network needs
     * @return a tensor of exactly that shape
     * @throws dev.hypersd.error.InvalidFileException if a file should provide it and does not, or provides it in
     *     another shape
     */
    Tensor provide(String name, Init init, long[] shape);

    /**
     * Returns the tensor for a weight of a linear layer or a convolution, and how it is multiplied; the type of the
     * tensor may be any where it is packed. Parameters are as those of {@link #provide}.
     *
     * @param form what the weight is used for
     * @param quantised whether its products may be of quantised numbers
     */
    default Factor provideFactor(String name, Init init, long[] shape, Form form, boolean quantised) {
        return new Factor(provide(name, init, shape), Optional.empty());
    }

    /**
     * A weight of a linear layer or a convolution.
     *
     * @param tensor the weight
     * @param packed the same, packed; empty where the engine multiplies it
     */
    record Factor(Tensor tensor, Optional<PackedWeight> packed) {}

    /**
     * Returns the type in which the network computes with {@code provided}: its own type, unless it is converted at
     * each use.
     */
    default Dtype computedIn(Tensor provided) {
        return Dtype.of(provided.scalar_type());
    }
}
